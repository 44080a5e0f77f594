#include "services/notification/delivery/lane_leases.h"

#include <time.h>

namespace vefa::notification {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr std::chrono::seconds kTimeout{5};

// The UPDATE waits for the intents under way (they hold FOR SHARE), so that none can commit behind
// its back and be overlooked by the scan for ambiguous messages that follows.
const Statement kTake{"lane_take",
                      "UPDATE send_lane SET owner = $1, epoch = epoch + 1, until_time = clock_timestamp() + make_interval(secs => $3)"
                      " WHERE id = ANY($2) AND (until_time < clock_timestamp() OR owner = $1) RETURNING id, epoch"};
const Statement kRenew{"lane_renew",
                       "UPDATE send_lane SET until_time = clock_timestamp() + make_interval(secs => $3)"
                       " WHERE owner = $1 AND id = ANY($2) RETURNING id, epoch"};
const Statement kGiveUp{"lane_give_up", "UPDATE send_lane SET until_time = '-infinity' WHERE owner = $1"};

int64_t BootMicros() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
}

template <typename Duration>
int64_t Micros(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

}  // namespace

LaneLeases::LaneLeases(postgres::Database& pump, const Uuid& owner) : pump_(pump), owner_(owner) {}

void LaneLeases::Keep(const Rows& rows, int64_t until, std::vector<Lane>* taken) {
  for (int i = 0; i < rows.size(); ++i) {
    Lane lane{static_cast<int16_t>(rows.Int32(i, 0)), rows.Int64(i, 1)};
    auto index = static_cast<size_t>(lane.id);
    if (taken != nullptr) epochs_[index] = lane.epoch;
    if (epochs_[index] != lane.epoch) continue;
    untils_[index] = until;
    if (taken != nullptr) taken->push_back(lane);
  }
}

Result<std::vector<LaneLeases::Lane>> LaneLeases::TakeFree() {
  std::lock_guard lock(mutex_);
  std::vector<Lane> taken;
  std::vector<int16_t> wanted;
  for (int16_t id = 0; id < kLanes; ++id)
    if (epochs_[static_cast<size_t>(id)] == 0) wanted.push_back(id);
  if (wanted.empty()) return taken;
  // Counted from before the question, our end of the lease is earlier than the database's.
  int64_t until = BootMicros() + Micros(kLease);
  VEFA_TRY(Rows rows, pump_.Run(Scope::Tenants({}), kTake, Bound(owner_, wanted, static_cast<double>(kLease.count())),
                                Deadline::After(kTimeout)));
  Keep(rows, until, &taken);
  return taken;
}

Status LaneLeases::Renew() {
  std::lock_guard lock(mutex_);
  std::vector<int16_t> held;
  for (const Lane& lane : Held()) held.push_back(lane.id);
  if (held.empty()) return Ok();
  int64_t until = BootMicros() + Micros(kLease);
  auto rows = pump_.Run(Scope::Tenants({}), kRenew, Bound(owner_, held, static_cast<double>(kLease.count())),
                        Deadline::After(kTimeout));
  if (rows.ok()) Keep(*rows, until, nullptr);
  // Whatever was not extended and is over is not ours any more.
  for (int16_t id : held)
    if (BootMicros() >= untils_[static_cast<size_t>(id)]) epochs_[static_cast<size_t>(id)] = 0;
  if (!rows.ok()) return std::move(rows).error();
  for (int16_t id : held) {
    bool renewed = untils_[static_cast<size_t>(id)] == until;
    if (!renewed) epochs_[static_cast<size_t>(id)] = 0;
  }
  return Ok();
}

void LaneLeases::GiveUp() {
  std::lock_guard lock(mutex_);
  for (auto& epoch : epochs_) epoch = 0;
  // Best effort: without it the leases end by themselves.
  auto given = pump_.Run(Scope::Tenants({}), kGiveUp, Bound(owner_), Deadline::After(kTimeout));
  static_cast<void>(given.ok());
}

bool LaneLeases::Holds(int16_t lane, int64_t epoch) const {
  auto index = static_cast<size_t>(lane);
  return epochs_[index] == epoch && BootMicros() < untils_[index] - Micros(kMargin);
}

std::vector<LaneLeases::Lane> LaneLeases::Held() const {
  std::vector<Lane> held;
  for (int16_t id = 0; id < kLanes; ++id) {
    int64_t epoch = epochs_[static_cast<size_t>(id)];
    if (epoch != 0 && Holds(id, epoch)) held.push_back({id, epoch});
  }
  return held;
}

}  // namespace vefa::notification
