#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "libs/events/consumer_batch.h"
#include "libs/events/consumer_core.h"
#include "libs/postgres/database.h"

// Positions of partitions and watermarks of subjects, as statements of a consumer's transaction. Both are
// compared and moved: whoever read them before another reader moved them changes nothing.
namespace vefa::events {

// The first statement of every transaction of a consumer: it gives up behind a stalled twin that holds a lock,
// and should it stall itself, PostgreSQL ends it after a while so that the twin may go on.
postgres::Call LimitsCall();

postgres::Call ReadPositionsCall(const std::string& consumer);
// Changes one row per partition, or fewer when another reader moved one of them.
postgres::Call MovePositionsCall(const std::string& consumer, const Offsets& expected, const Offsets& next);

// The watermarks of some subjects; those without one are left out of what FromRows returns.
class MarksQuery {
 public:
  explicit MarksQuery(std::span<const Event> events);
  postgres::Call ToCall(const std::string& consumer) const;
  std::map<SubjectKey, Watermark> FromRows(const postgres::Rows& rows) const;

 private:
  std::vector<SubjectKey> keys_;  // In order, each once.
};

// Moves the watermarks of what was applied from `known` to `moved`.
class MarksUpdate {
 public:
  MarksUpdate(const std::string& consumer, const std::map<SubjectKey, Watermark>& known,
              const std::map<SubjectKey, Watermark>& moved);
  // Once.
  void AddTo(std::vector<postgres::Call>& calls);
  // Whether all of them moved; `rows` begins with the answers to what AddTo added, which are taken off.
  bool Check(std::span<const postgres::Rows>& rows) const;

 private:
  postgres::Call call_{};
  int64_t count_ = 0;  // Rows it has to change.
};

// Those of the tenants that the database knows.
postgres::Call KnownTenantsCall(const std::set<Uuid>& tenants);

// Whether an error says that the database, or what a handler needs, is in trouble rather than the event.
bool IsTrouble(const Error& error);

}  // namespace vefa::events
