#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/result.h"
#include "libs/events/event.h"
#include "libs/events/projection.h"

namespace vefa::events {

// Everything a projection is made of, batch by batch, and then an end. Used by one thread.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // The next events; none at the end. Waits a minute for a source that does not answer, then UNAVAILABLE.
  virtual Result<std::vector<Event>> Next() = 0;
};

// The tenants' ledgers of some topics, one after the other, each with everything that was recorded up to a time and,
// where writers are faster than we, not much more. One batch is read ahead, in a thread of its own, which also asks
// `stopping`. `ledgers` must outlive the stream.
std::unique_ptr<EventStream> StreamLedgers(LedgerReader& ledgers, std::vector<std::string> topics,
                                           std::vector<Uuid> tenants, Time until, std::function<bool()> stopping);
// What Kafka holds of some topics at this moment, from offset zero.
Result<std::unique_ptr<EventStream>> StreamKafka(const std::string& brokers, const std::vector<std::string>& topics,
                                                 std::function<bool()> stopping);

}  // namespace vefa::events
