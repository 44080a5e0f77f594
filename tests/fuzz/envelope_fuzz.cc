// Records as anybody may put them on a topic. Reading one never crashes, and whatever is taken for an
// event says the same after it was written and read again.
#include <string>

#include "libs/base/check.h"
#include "libs/events/event.h"
#include "libs/events/relay_record.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

constexpr char kEndOfHeader = '\n';
constexpr char kEndOfName = '=';

// Lines `name=value`, of which topic, key and value are not headers.
kafka::Message MessageOf(Bytes bytes) {
  kafka::Message message;
  while (!bytes.empty()) {
    std::string_view text = bytes.Until(kEndOfHeader);
    size_t end = text.find(kEndOfName);
    std::string name(text.substr(0, end));
    std::string value(end == std::string_view::npos ? std::string_view() : text.substr(end + 1));
    if (name == "topic") {
      message.topic = value;
    } else if (name == "key") {
      message.key = value;
    } else if (name == "value") {
      message.value = value;
    } else {
      message.headers.emplace_back(std::move(name), std::move(value));
    }
  }
  return message;
}

// The service that `ce_source` names, of a record that was taken for an event.
std::string ServiceOf(const kafka::Message& message) {
  std::string source = message.header("ce_source").substr(6);
  return source.substr(0, source.find('/'));
}

void CheckSame(const events::Event& a, const events::Event& b) {
  VEFA_CHECK(a.id == b.id && a.tenant == b.tenant && a.incarnation == b.incarnation && a.causation_id == b.causation_id);
  VEFA_CHECK(a.type == b.type && a.subject == b.subject && a.aggregate_version == b.aggregate_version);
  VEFA_CHECK(a.occur_time == b.occur_time && a.record_time == b.record_time);
  VEFA_CHECK(a.traceparent == b.traceparent && a.payload == b.payload && a.data_schema == b.data_schema);
  VEFA_CHECK(a.classification == b.classification || (a.classification.empty() && b.classification == "pseudonymous"));
}

void CheckRecord(const kafka::Message& message) {
  auto event = events::FromMessage(message);
  kafka::Message taken = message;
  auto same = events::TakeEvent(taken);
  VEFA_CHECK(event.ok() == same.ok());
  if (!event.ok()) {
    // What is refused is kept whole, for the dead letters.
    VEFA_CHECK(taken.value == message.value && !event.error().reason.empty());
    return;
  }
  VEFA_CHECK(event->aggregate_version > 0 && !event->payload.empty() && !event->tenant.is_nil() && !event->id.is_nil());
  events::Source source{ServiceOf(message), message.topic, event->data_schema, nullptr, {}, event->incarnation};
  kafka::Record record = events::ToRecord(*event, source);
  VEFA_CHECK(record.key == message.key);
  auto again = events::FromMessage({record.topic, 0, 0, record.key, record.value, record.headers});
  VEFA_CHECK(again.ok());
  CheckSame(*event, *again);
  // A writer that wrote another event before leaves nothing of it behind.
  events::RecordWriter writer(source);
  events::Event other = *event;
  other.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  other.causation_id = event->id;
  other.classification = "none";
  writer.Write(other);
  const kafka::Record& reused = writer.Write(*event);
  VEFA_CHECK(reused.key == record.key && reused.value == record.value && reused.headers == record.headers);
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vefa::fuzz::CheckRecord(vefa::fuzz::MessageOf(vefa::fuzz::Bytes(data, size)));
  return 0;
}
