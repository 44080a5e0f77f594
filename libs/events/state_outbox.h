#pragma once

#include <string>
#include <vector>

#include "libs/events/event.h"
#include "libs/postgres/database.h"

namespace vefa::events {

// The states that the state topic does not have yet, as records, and who writes them. Thread-safe.
class StateOutbox {
 public:
  // `source` is that of the events, with its catalogue.
  StateOutbox(postgres::Database& pump, const Source& source, std::string state_topic);

  struct Batch {
    std::vector<kafka::Record> records;
    double oldest_age_seconds = 0;
    // What was read, to be marked clean if it is still that.
    std::vector<Uuid> tenants;
    std::vector<std::string> subjects;
    std::vector<Uuid> event_ids;
    std::vector<Time> dirty_since;
    int64_t tombstones = 0;
  };
  // At most 500 states and 8 MiB, those that wait longest first.
  Result<Batch> Read(Deadline deadline);
  // After the batch was published. What changed since it was read stays dirty.
  Status MarkClean(const Batch& batch, Deadline deadline);

  // Becomes or stays the publisher for ten seconds by the database's clock; false while another is.
  Result<bool> Hold(const Uuid& holder, Deadline deadline);
  // Lets another begin at once.
  Status Release(const Uuid& holder, Deadline deadline);

 private:
  kafka::Record ToStateRecord(const postgres::Rows& rows, int row) const;

  postgres::Database& pump_;
  Source source_;  // Of the states.
  std::string classification_;
};

}  // namespace vefa::events
