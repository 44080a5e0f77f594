// What readers of the feed ask for and what topics hold for them. A filter is taken or refused with every violation;
// an event that could be put into the feed becomes JSON, whatever its payload is.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "services/gateway/feed/envelope.h"
#include "services/gateway/feed/filter.h"
#include "tests/fuzz/bytes.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

namespace vefa::fuzz {
namespace {

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  for (Bytes bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()); !bytes.empty() && lines.size() < 60;)
    lines.emplace_back(bytes.Until('\n'));
  return lines;
}

void CheckFilter(Bytes bytes) {
  auto types = Lines(bytes.Until('\0'));
  auto subjects = Lines(bytes.Until('\0'));
  auto kinds = Lines(bytes.Until('\0'));
  auto filter = gateway::FeedFilter::Make(types, subjects, kinds);
  if (!filter.ok()) return VEFA_CHECK(!filter.error().violations.empty());
  VEFA_CHECK(filter->drops() == !(types.empty() && subjects.empty() && kinds.empty()));
  VEFA_CHECK(filter->drops() || filter->Passes("", "", ""));
  if (types.empty() || subjects.empty() || kinds.empty()) return;
  // What a pattern itself names passes.
  auto named = [](std::string text) { return text.ends_with('*') ? text.substr(0, text.size() - 1) : text; };
  VEFA_CHECK(filter->Passes(named(types.front()), named(subjects.front()), kinds.front()));
}

void CheckEvent(Bytes bytes) {
  events::Event event;
  event.topic = "vefa.contact.v1";
  event.type = bytes.Until('\n');
  event.subject = bytes.Until('\n');
  event.classification = bytes.Until('\n');
  event.traceparent = bytes.Until('\n');
  for (Time* time : {&event.occur_time, &event.record_time}) {
    uint64_t micros = 0;
    for (int i = 0; i < 8; ++i) micros = micros << 8 | bytes.Next();
    *time = Time(std::chrono::microseconds(static_cast<int64_t>(micros)));
  }
  uint8_t schema = bytes.Next();
  event.data_schema = (schema & 1) != 0 ? contact::v1::ContactEvent::descriptor()->full_name()
                                        : interaction::v1::InteractionEvent::descriptor()->full_name();
  if ((schema & 2) != 0) event.data_schema = "http://a/schemas/" + event.data_schema + "@1f";
  if ((schema & 4) != 0) event.data_schema += std::string(bytes.Until('\n'));
  event.payload = bytes.rest();
  if (!gateway::CheckWritable(event).ok()) return;
  event::v1::Event envelope = gateway::ToEnvelope(event);
  std::string json = gateway::EventJson(envelope);
  VEFA_CHECK(IsUtf8(json) && json.find('\n') == std::string::npos);
  auto read = nlohmann::json::parse(json, nullptr, false);
  VEFA_CHECK(read.is_object() && read["type"] == event.type && read["subject"] == event.subject && read.contains("payload"));
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vefa::fuzz::Bytes bytes(data, size);
  vefa::fuzz::CheckFilter(bytes);
  vefa::fuzz::CheckEvent(bytes);
  return 0;
}
