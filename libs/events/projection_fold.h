#pragma once

#include <set>
#include <span>
#include <vector>

#include "libs/events/consumer_core.h"
#include "libs/events/handler.h"
#include "libs/events/shadow.h"

namespace vefa::events {

// Folds events into a shadow as the live consumer folds them into the live tables: the same handler, the same
// verdicts (PlanBatch), a watermark per subject in the transaction of the effect. A verification
// folds no further than the watermarks captured. Owned and used by the run's thread.
class ProjectionFold {
 public:
  // `ledgers` heals holes and may be null. What they refer to must outlive this.
  ProjectionFold(Shadow& shadow, Handler& handler, LedgerReader* ledgers)
      : shadow_(shadow), handler_(handler), ledgers_(ledgers) {}

  // Folds the events. A hole is filled from the ledger or parks its subject, an event the handler refuses
  // parks its own; ABORTED `RUN_LOST`, or the database's trouble when it lasts.
  Status Apply(std::vector<Event> events);

  // Events folded so far.
  int64_t events() const { return events_; }

 private:
  struct Mark {
    Watermark known;
    int64_t limit = 0;          // The version captured of the live one.
    std::set<int64_t> skipped;  // Versions an operator gave up.
  };
  using Marks = std::map<SubjectKey, Mark>;
  // Versions of a subject that are missing: from `first` to the one before `next`.
  struct Hole {
    SubjectKey subject;
    std::string topic;
    int64_t first;
    int64_t next;
  };
  enum class Outcome { kApplied, kPoison, kHoles, kFailed };

  // Folds a range; tries again what passes, halves at poison.
  Status Range(std::span<const Event> events);
  // Folds a range in one transaction. `why` says what went wrong.
  Outcome Try(std::span<const Event> events, Error& why, std::vector<Hole>& holes);
  Status Write(postgres::Transaction& transaction, std::span<const Event> events, const BatchPlan& plan,
               const Marks& marks);
  Result<Marks> ReadMarks(postgres::Transaction& transaction, std::span<const Event> events);
  // The range with what the ledger has of the holes; what it has not is remembered as unhealed.
  Result<std::vector<Event>> Heal(std::span<const Event> events, const std::vector<Hole>& holes);
  // Nothing when the ledger no longer has the versions.
  Result<std::vector<Event>> Fetch(const Hole& hole);
  Status ParkPoison(const Event& event, const Error& why);
  bool verifies() const { return shadow_.run().kind == RunKind::kVerify; }

  Shadow& shadow_;
  Handler& handler_;
  LedgerReader* ledgers_;
  int64_t events_ = 0;
  int fetches_ = 0;
  int64_t parked_ = 0;
  std::set<SubjectKey> unhealed_;  // Of the batch at hand.
  size_t healed_bytes_ = 0;        // Of the batch at hand.
};

}  // namespace vefa::events
