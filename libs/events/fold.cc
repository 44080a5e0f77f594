#include "libs/events/fold.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "libs/base/check.h"

namespace vefa::events {

Status ParsePayload(const Event& event, google::protobuf::Message& message) {
  if (message.ParseFromString(event.payload)) return Ok();
  return Error{Code::kDataLoss, "EVENT_PAYLOAD",
               "Version " + std::to_string(event.aggregate_version) + " of " + event.subject + " is not a readable " +
                   message.GetDescriptor()->full_name() + "."};
}

std::string SerializeSorted(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  {
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    VEFA_CHECK(message.SerializeToCodedStream(&out));
  }
  return bytes;
}

}  // namespace vefa::events
