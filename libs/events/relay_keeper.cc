#include "libs/events/relay_keeper.h"

#include <algorithm>
#include <bit>

#include "libs/events/relay.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLaneLease(3000);
constexpr milliseconds kRenewEvery(1000);
constexpr milliseconds kCountEvery(1000);
// Counting may take one part in so many of the time.
constexpr int kCountShare = 50;
constexpr seconds kMaintainEvery(60);
constexpr seconds kRenewTimeout(2);
constexpr seconds kKeeperTimeout(10);

}  // namespace

RelayKeeper::RelayKeeper(RelayStore& store, const RelayOptions& options, telemetry::Metrics& metrics,
                         std::function<void()> changed)
    : store_(store),
      options_(options),
      changed_(std::move(changed)),
      pending_(metrics.AddGauge("vefa_outbox_pending", "Events of every lane that wait for Kafka's acknowledgement.")),
      oldest_age_(metrics.AddGauge("vefa_outbox_oldest_age_seconds", "Age of the oldest unpublished event.")),
      lanes_held_(metrics.AddGauge("vefa_relay_lanes", "Lanes of the outbox this process works on.")),
      lanes_(options.leases ? 0 : kEveryLane),
      renew_(Deadline::After(milliseconds(0))),
      count_(Deadline::After(milliseconds(0))),
      maintain_(Deadline::After(milliseconds(0))),
      loop_([this] { return Step(); }) {}

milliseconds RelayKeeper::Step() {
  if (options_.leases && renew_.Passed()) Renew();
  lanes_held_.Set(std::popcount(lanes_.load()));
  if (count_.Passed()) Count();
  if (maintain_.Passed()) Maintain();
  milliseconds next = std::min(count_.Left(), maintain_.Left());
  return options_.leases ? std::min(next, renew_.Left()) : next;
}

void RelayKeeper::Renew() {
  renew_ = Deadline::After(kRenewEvery);
  auto lanes = store_.Renew(kLaneLease, Deadline::After(kRenewTimeout));
  if (lanes.ok() && lanes_.exchange(*lanes) != *lanes) changed_();
  if (!lanes.ok() && renews_) telemetry::Warn("the relay's lease was not renewed", {{"reason", lanes.error().reason}});
  renews_ = lanes.ok();
}

void RelayKeeper::Count() {
  Deadline begin = Deadline::After(kKeeperTimeout);
  auto waiting = store_.Count(begin);
  milliseconds took = kKeeperTimeout - begin.Left();
  count_ = Deadline::After(std::max(kCountEvery, took * kCountShare));
  if (!waiting.ok()) return;
  pending_.Set(static_cast<double>(waiting->events));
  oldest_age_.Set(waiting->oldest_age_seconds);
}

void RelayKeeper::Maintain() {
  maintain_ = Deadline::After(kMaintainEvery);
  Status done = store_.MaintainLedger(options_.ledger_partition_size, options_.ledger_days, Deadline::After(kKeeperTimeout));
  if (!done.ok()) telemetry::Warn("the ledger's partitions were not looked after", {{"reason", done.error().reason}});
}

}  // namespace vefa::events
