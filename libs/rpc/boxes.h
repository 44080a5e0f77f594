#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <string>

#include "libs/base/result.h"
#include "vefa/event/v1/pii.pb.h"

namespace vefa::rpc {

// Calls `visit` for every PiiBox in a message with the path of its field, as `state.personal` or
// `people[2].personal`. Ends at the first error.
Status ForEachBox(const google::protobuf::Message& message,
                  const std::function<Status(const std::string& path, const event::v1::PiiBox& box)>& visit);

}  // namespace vefa::rpc
