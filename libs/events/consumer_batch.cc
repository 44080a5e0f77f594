#include "libs/events/consumer_batch.h"

#include <algorithm>

namespace vefa::events {

void ConsumerBatch::Add(kafka::Message message) {
  auto event = TakeEvent(message);
  order_.push_back(event.ok());
  if (event.ok()) {
    events_.push_back(*std::move(event));
    headers_.push_back(std::move(message.headers));
  } else {
    refused_.push_back({std::move(message), std::move(event).error(), {}});
  }
}

void ConsumerBatch::Read(std::vector<kafka::Message> messages, const Offsets& positions) {
  Clear();
  events_.reserve(messages.size());
  headers_.reserve(messages.size());
  for (kafka::Message& message : messages) {
    auto position = positions.find({message.topic, message.partition});
    if (position != positions.end() && message.offset >= position->second) Add(std::move(message));
  }
}

void ConsumerBatch::Refuse(const std::set<Uuid>& unknown) {
  ConsumerBatch sorted;
  size_t event = first_event_;
  size_t refused = first_refused_;
  for (size_t i = first_; i < order_.size(); ++i) {
    if (!order_[i]) {
      sorted.order_.push_back(false);
      sorted.refused_.push_back(std::move(refused_[refused++]));
      continue;
    }
    Event& moved = events_[event];
    kafka::Headers& headers = headers_[event++];
    bool known = !unknown.contains(moved.tenant);
    sorted.order_.push_back(known);
    if (known) {
      sorted.events_.push_back(std::move(moved));
      sorted.headers_.push_back(std::move(headers));
      continue;
    }
    std::string key = moved.tenant.ToString() + "/" + moved.subject;
    sorted.refused_.push_back({{std::move(moved.topic), moved.partition, moved.offset, std::move(key),
                                std::move(moved.payload), std::move(headers), false},
                               {Code::kDataLoss, "TENANT_UNKNOWN", "The event is of a tenant this database does not know."},
                               moved.tenant});
  }
  *this = std::move(sorted);
}

std::set<Uuid> ConsumerBatch::Tenants() const {
  std::set<Uuid> tenants;
  for (size_t i = first_event_; i < events_.size(); ++i) tenants.insert(events_[i].tenant);
  return tenants;
}

std::optional<Time> ConsumerBatch::Oldest() const {
  std::optional<Time> oldest;
  for (size_t i = first_event_; i < events_.size(); ++i)
    oldest = oldest ? std::min(*oldest, events_[i].record_time) : events_[i].record_time;
  return oldest;
}

std::optional<std::pair<kafka::Partition, int64_t>> ConsumerBatch::FindJump(const Offsets& positions) const {
  Offsets next = positions;
  size_t event = first_event_;
  size_t refused = first_refused_;
  for (size_t i = first_; i < order_.size(); ++i) {
    kafka::Partition at = order_[i] ? kafka::Partition(events_[event].topic, events_[event].partition)
                                    : kafka::Partition(refused_[refused].record.topic, refused_[refused].record.partition);
    int64_t offset = order_[i] ? events_[event++].offset : refused_[refused++].record.offset;
    int64_t& expected = next[at];
    if (expected != kafka::kBeginning && offset != expected) return std::pair{std::move(at), offset};
    expected = offset + 1;
  }
  return std::nullopt;
}

ConsumerBatch::Range ConsumerBatch::First(size_t count) const {
  Range range;
  size_t event = first_event_;
  size_t refused = first_refused_;
  range.size = std::min(count, size());
  for (size_t i = first_; i < first_ + range.size; ++i) {
    if (order_[i]) {
      range.next[{events_[event].topic, events_[event].partition}] = events_[event].offset + 1;
      ++event;
    } else {
      const kafka::Message& record = refused_[refused++].record;
      range.next[{record.topic, record.partition}] = record.offset + 1;
    }
  }
  range.events = std::span(events_).subspan(first_event_, event - first_event_);
  range.headers = std::span(headers_).subspan(first_event_, event - first_event_);
  range.refused = std::span(refused_).subspan(first_refused_, refused - first_refused_);
  return range;
}

void ConsumerBatch::Settle(size_t count) {
  for (size_t end = first_ + std::min(count, size()); first_ < end; ++first_) {
    if (order_[first_]) {
      ++first_event_;
    } else {
      ++first_refused_;
    }
  }
  if (empty()) Clear();
}

}  // namespace vefa::events
