#pragma once

#include <functional>
#include <span>

#include "libs/events/subscriber.h"
#include "libs/telemetry/metrics.h"

namespace vefa::gateway {

// Numbers the events of all services and keeps them: the handler of the consumer `gateway.feed.v1`.
// Called by the subscriber's thread only.
class FeedWriter final : public events::Handler {
 public:
  // `moved` is called after each commit; it must not block.
  FeedWriter(std::function<void()> moved, telemetry::Metrics& metrics);

  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
  void Applied() override { moved_(); }

 private:
  const std::function<void()> moved_;
  telemetry::Counter& written_;
};

// Makes the coming days of the feed and drops those older than `kept`; by the `pump` role. Returns how
// many were dropped.
Result<int> KeepFeedDays(postgres::Database& pump, Time now, int kept, Deadline deadline);

}  // namespace vefa::gateway
