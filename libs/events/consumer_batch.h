#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "libs/events/event.h"
#include "libs/kafka/consumer.h"

namespace vefa::events {

using Offsets = std::map<kafka::Partition, int64_t>;

// A record that is no event of ours, and why.
struct Refusal {
  kafka::Message record;
  Error why;
  Uuid unknown_tenant;  // Nil unless that is the reason.
};

// What a consumer has read and not yet settled, in the order it was read: events and refusals. Owned and
// used by its subscriber's thread.
class ConsumerBatch {
 public:
  // The first records of a batch.
  struct Range {
    size_t size = 0;
    std::span<const Event> events;
    std::span<const kafka::Headers> headers;  // Of each event.
    std::span<const Refusal> refused;
    Offsets next;  // Where reading goes on after them.
  };

  // Takes what was read of the partitions in `positions`; drops what lies before them.
  void Read(std::vector<kafka::Message> messages, const Offsets& positions);
  // Makes refusals of the events of these tenants.
  void Refuse(const std::set<Uuid>& unknown);
  void Clear() { *this = {}; }

  bool empty() const { return first_ == order_.size(); }
  size_t size() const { return order_.size() - first_; }
  std::set<Uuid> Tenants() const;
  // When its oldest event was recorded.
  std::optional<Time> Oldest() const;
  // The partition whose records do not go on from its position, and the offset that was found instead.
  std::optional<std::pair<kafka::Partition, int64_t>> FindJump(const Offsets& positions) const;

  // The first `count` of what is left; valid until the batch changes.
  Range First(size_t count) const;
  // The first `count` are settled.
  void Settle(size_t count);

 private:
  void Add(kafka::Message message);

  std::vector<Event> events_;
  std::vector<kafka::Headers> headers_;
  std::vector<Refusal> refused_;
  std::vector<bool> order_;  // In the order read: whether the record is an event.
  size_t first_ = 0;         // Of each, the first that is left.
  size_t first_event_ = 0;
  size_t first_refused_ = 0;
};

}  // namespace vefa::events
