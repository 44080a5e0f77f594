#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libs/events/projection.h"
#include "libs/events/projection_runs.h"
#include "libs/kafka/consumer.h"
#include "libs/postgres/database.h"

namespace vefa::events {

// The shadow of one projection during one run: a schema with empty tables like the live ones, and what was
// live when it was captured. Every change in it first renews the run's lease, so a run that was
// taken over by another process cannot write any more. Owned and used by the run's thread.
class Shadow {
 public:
  // `owner` is who holds the lease of `run`. What they refer to must outlive this.
  Shadow(postgres::Database& pump, const ProjectionInfo& info, const ProjectionRun& run, const Uuid& owner)
      : pump_(pump), info_(info), run_(run), owner_(owner) {}

  // Removes what an earlier run left and makes the tables. FAILED_PRECONDITION `PROJECTION_UNDECLARED` when
  // the tables are not those the migrations declared.
  Status Make();
  // Remembers, out of one snapshot, the live watermarks, positions and, for a verification, rows.
  Status Capture();
  // Removes it, unless the run is no longer ours.
  Status Drop();

  // A transaction in which names without a schema are the shadow's. ABORTED `RUN_LOST` when the run is no longer
  // ours. `events` is how many were folded so far.
  Result<postgres::Transaction> Begin(const std::vector<Uuid>& tenants, int64_t events, Deadline deadline);
  // Keeps the lease through a statement that may take this long.
  Status Renew(int64_t events, std::chrono::seconds lasts);
  // The calls, as one transaction that sees the shadow and the live tables of every tenant.
  Result<std::vector<postgres::Rows>> Run(std::vector<postgres::Call> calls, std::chrono::seconds timeout);

  const ProjectionInfo& info() const { return info_; }
  const ProjectionRun& run() const { return run_; }
  const Uuid& owner() const { return owner_; }
  postgres::Database& pump() { return pump_; }
  // Every tenant whose events may be in it.
  const std::vector<Uuid>& tenants() const { return tenants_; }
  // When it was captured, by the database's clock.
  Time capture_time() const { return capture_time_; }
  // The positions captured.
  const std::map<kafka::Partition, int64_t>& positions() const { return positions_; }
  // A table of the shadow, quoted and with its schema.
  std::string Name(const std::string& table) const;

 private:
  postgres::Database& pump_;
  const ProjectionInfo& info_;
  const ProjectionRun& run_;
  const Uuid owner_;
  std::string path_ = "public";
  std::vector<Uuid> tenants_;
  Time capture_time_{};
  std::map<kafka::Partition, int64_t> positions_;
};

// An identifier in SQL text.
std::string QuotedName(const std::string& name);

}  // namespace vefa::events
