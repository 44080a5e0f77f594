#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <vector>

#include "libs/base/id.h"
#include "libs/postgres/database.h"
#include "services/notification/lanes.h"

namespace vefa::notification {

// The lanes this process delivers, by leases on the database's clock. A lane that was taken carries
// an epoch that grows with every owner; whatever an owner does in the database names its epoch.
// Thread-safe; Holds never blocks.
class LaneLeases {
 public:
  static constexpr std::chrono::seconds kLease{30};
  // How long before the lease's end we stop writing dots: room for a write under way.
  static constexpr std::chrono::seconds kMargin{2};

  LaneLeases(postgres::Database& pump, const Uuid& owner);

  struct Lane {
    int16_t id;
    int64_t epoch;
  };
  // Takes every lane that is free, or that an earlier life of ours held; returns those just taken.
  Result<std::vector<Lane>> TakeFree();
  // Extends what is held; a lane that somebody else took meanwhile is lost.
  Status Renew();
  // Lets every lane go, so that another process need not wait for the leases to end.
  void GiveUp();

  // Whether dots of the lane may be written now in that epoch. By the clock that also runs while the
  // machine sleeps.
  bool Holds(int16_t lane, int64_t epoch) const;
  std::vector<Lane> Held() const;

 private:
  void Keep(const postgres::Rows& rows, int64_t until, std::vector<Lane>* taken);

  postgres::Database& pump_;
  const Uuid owner_;
  std::mutex mutex_;  // One statement at a time.
  std::array<std::atomic<int64_t>, kLanes> epochs_{};  // 0: not held.
  std::array<std::atomic<int64_t>, kLanes> untils_{};  // Microseconds of CLOCK_BOOTTIME.
};

}  // namespace vefa::notification
