#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/events/event.h"
#include "libs/postgres/database.h"

namespace vefa::events {

// Lanes as bits: lane 0 is the lowest. A subject is always of one lane.
using Lanes = uint64_t;
inline constexpr Lanes kEveryLane = ~Lanes{0};

// Pending rows in the order of their ids.
class PendingRows {
 public:
  PendingRows() = default;
  explicit PendingRows(postgres::Rows rows);

  size_t size() const { return ids_.size(); }
  const std::vector<int64_t>& ids() const { return ids_; }
  // Replaces what `event` held; its strings keep their memory.
  void Get(size_t row, Event& event) const;

 private:
  postgres::Rows rows_;
  std::vector<int64_t> ids_;
};

// What a relay asks of the database, as the `pump` role. Each call is one round trip. Check, Leave and
// Exchange by one thread at a time; Renew, Count and MaintainLedger by any.
class RelayStore {
 public:
  // `member` is this relay's name among those of the database.
  RelayStore(postgres::Database& pump, const Uuid& member) : pump_(pump), member_(member) {}

  // Deletes `published` and reads at most `most` rows from the head of the lanes, those `held` left out;
  // none when `most` is 0. A reading ends early at 16 MiB of payload, but has at least one row. The
  // deletion does not wait for the disk: one that is lost with the machine only repeats events.
  // UNAVAILABLE `DATABASE_RESTORED` when the ids are of another life than the last Check found; then
  // nothing was deleted.
  Result<PendingRows> Exchange(const std::vector<int64_t>& published, Lanes lanes, const std::vector<int64_t>& held,
                               size_t most, Deadline deadline);

  // Renews this relay's lease by the database's clock and gives and takes lanes, so that each live
  // relay has its fair share. Returns those that are ours now.
  Result<Lanes> Renew(std::chrono::milliseconds lease, Deadline deadline);
  // Gives up every lane and the membership.
  Status Leave(Deadline deadline);

  // The life of the database, which events belong to from now on. FAILED_PRECONDITION `SEQUENCE_CACHED`
  // when ids would not be drawn in order, UNAVAILABLE `DATABASE_STANDBY` when it is a standby, whose
  // order of visibility is not the primary's.
  Result<Uuid> Check(Deadline deadline);

  struct Waiting {
    int64_t events = 0;
    double oldest_age_seconds = 0;
  };
  // Counts every row of every lane.
  Result<Waiting> Count(Deadline deadline);

  // Keeps two partitions of the ledger ahead and drops those whose newest event is older than so many
  // days and has nothing pending; 0 days keep for ever. Nothing when another relay is at it.
  Status MaintainLedger(int64_t partition_size, int keep_days, Deadline deadline);

 private:
  postgres::Database& pump_;
  const Uuid member_;
  Uuid life_;             // Of the last Check.
  int32_t timeline_ = 0;
};

}  // namespace vefa::events
