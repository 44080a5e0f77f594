#include "services/gateway/event_hub.h"

#include <google/protobuf/util/time_util.h>

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"
#include "services/gateway/json.h"
#include "vefa/event/v1/event.pb.h"

namespace vefa::gateway {
namespace {

// Per partition, from before the start: what a console shows before anything happens.
constexpr int64_t kStartBack = 20;
constexpr size_t kPollMost = 500;
constexpr std::chrono::milliseconds kPollWait(200);
constexpr std::chrono::milliseconds kRetryPause(500);

}  // namespace

EventRings::Ring& EventRings::RingLocked(const Uuid& tenant) {
  auto found = rings_.find(tenant);
  if (found != rings_.end()) {
    found->second.used = place_;
    return found->second;
  }
  if (rings_.size() >= kTenantsMax) {
    auto oldest = rings_.begin();
    for (auto it = rings_.begin(); it != rings_.end(); ++it)
      if (it->second.used < oldest->second.used) oldest = it;
    int64_t newest = oldest->second.entries.empty() ? oldest->second.dropped_to : oldest->second.entries.back()->place;
    forgotten_to_ = std::max(forgotten_to_, newest);
    rings_.erase(oldest);
  }
  Ring& ring = rings_[tenant];
  ring.dropped_to = forgotten_to_;
  ring.used = place_;
  return ring;
}

void EventRings::Add(events::Event event, std::string schema) {
  {
    std::lock_guard lock(mutex_);
    ++place_;
    Ring& ring = RingLocked(event.tenant);
    ring.entries.push_back(std::make_shared<const Entry>(Entry{place_, std::move(event), std::move(schema)}));
    if (ring.entries.size() > kRingSize) {
      ring.dropped_to = ring.entries.front()->place;
      ring.entries.pop_front();
    }
  }
  changed_.notify_all();
}

EventRings::Batch EventRings::After(const Uuid& tenant, int64_t after, size_t most, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  auto newer = [&] {
    auto found = rings_.find(tenant);
    return found != rings_.end() && !found->second.entries.empty() && found->second.entries.back()->place > after;
  };
  if (!newer()) changed_.wait_for(lock, wait);
  Batch batch;
  batch.place = after;
  auto found = rings_.find(tenant);
  if (found == rings_.end()) return batch;
  Ring& ring = found->second;
  ring.used = place_;
  batch.gap = ring.dropped_to > after;
  batch.place = std::max(after, ring.dropped_to);
  // Places are in order: a binary search finds the first that is newer.
  auto first = std::partition_point(ring.entries.begin(), ring.entries.end(),
                                    [&](const auto& entry) { return entry->place <= after; });
  for (auto it = first; it != ring.entries.end() && batch.entries.size() < most; ++it) batch.entries.push_back(*it);
  if (!batch.entries.empty()) batch.place = batch.entries.back()->place;
  return batch;
}

int64_t EventRings::Back(const Uuid& tenant, size_t count) {
  std::lock_guard lock(mutex_);
  auto found = rings_.find(tenant);
  if (found == rings_.end()) return forgotten_to_;
  const Ring& ring = found->second;
  if (count < ring.entries.size()) return ring.entries[ring.entries.size() - count - 1]->place;
  return ring.dropped_to;
}

EventHub::EventHub(std::string brokers, std::vector<std::string> topics, telemetry::Metrics& metrics)
    : epoch_(ToHex(crypto::RandomString(6))),
      events_(metrics.AddCounter("gateway_events_read_total", "Events read from Kafka for the live stream.")),
      malformed_(metrics.AddCounter("gateway_events_malformed_total", "Kafka messages that are not events of ours.")),
      tail_(std::move(brokers), std::move(topics), kStartBack),
      loop_([this] { return Step(); }) {}

std::chrono::milliseconds EventHub::Step() {
  std::vector<kafka::Message> messages = tail_.Poll(kPollMost, kPollWait);
  for (kafka::Message& message : messages) {
    std::string schema = message.header("ce_dataschema");
    auto event = events::FromMessage(std::move(message));
    if (!event.ok()) {
      malformed_.Add();
      continue;
    }
    events_.Add();
    rings_.Add(*std::move(event), std::move(schema));
  }
  // Poll itself waits, unless Kafka cannot be reached.
  return messages.empty() ? kRetryPause / 10 : std::chrono::milliseconds(0);
}

std::string EventJson(const EventRings::Entry& entry) {
  const events::Event& event = entry.event;
  event::v1::Event out;
  out.set_id(event.id.ToString());
  out.set_type(event.type);
  // `vefa.contact.v1` is the topic of `/vefa/contact`.
  size_t dot = event.topic.find('.');
  out.set_source("/vefa/" + event.topic.substr(dot + 1, event.topic.find('.', dot + 1) - dot - 1));
  out.set_subject(event.subject);
  out.set_aggregate_version(event.aggregate_version);
  out.set_tenant_id(event.tenant.ToString());
  using google::protobuf::util::TimeUtil;
  *out.mutable_occur_time() = TimeUtil::MicrosecondsToTimestamp(event.occur_time.time_since_epoch().count());
  *out.mutable_record_time() = TimeUtil::MicrosecondsToTimestamp(event.record_time.time_since_epoch().count());
  out.set_topic(event.topic);
  out.set_partition(event.partition);
  out.set_offset(event.offset);
  // A payload of a type this build does not know, or that does not parse: the envelope still tells.
  if (google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(entry.schema) != nullptr) {
    out.mutable_payload()->set_type_url("type.googleapis.com/" + entry.schema);
    out.mutable_payload()->set_value(event.payload);
    auto json = WriteJson(out);
    if (json.ok()) return *std::move(json);
    out.clear_payload();
  }
  auto json = WriteJson(out);
  return json.ok() ? *std::move(json) : "{}";
}

}  // namespace vefa::gateway
