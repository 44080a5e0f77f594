#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/campaign/campaign/campaign.h"
#include "services/campaign/template/template.h"

// The SQL of the runner, as the `pump` role. Leases are set and compared by the database's clock.
namespace vefa::campaign {

// A running campaign that one runner works on until its lease ends.
struct Run {
  Uuid tenant;
  Uuid campaign;
  int attempts = 0;  // Failures in a row so far.
};

// Leases the running campaign that has waited longest of those that are due.
Result<std::optional<Run>> ClaimRun(postgres::Database& pump, const Uuid& owner, std::chrono::seconds lease,
                                    Deadline deadline);

// What to submit next.
struct Batch {
  Uuid tenant;
  std::string campaign;  // Its slug.
  std::string title;
  std::string purpose;
  int16_t channel = 0;
  bool running = false;  // False when it was paused in the meantime.
  std::vector<TemplateText> texts;
  std::vector<Uuid> contacts;  // Waiting, in the order of their ids.
};
Result<Batch> TakeBatch(postgres::Database& pump, const Run& run, int size, Deadline deadline);

// Gives the lease back; the campaign is due again after `rest`. `attempts` is kept for the next turn.
// Nothing happens when the lease ended and another runner has it.
Status ReleaseRun(postgres::Transaction& transaction, const Run& run, const Uuid& owner,
                  std::chrono::milliseconds rest, int attempts);

// Running to completed with its event, when everyone was submitted and every accepted message has
// its outcome. Returns whether it did.
Result<bool> CompleteRun(postgres::Transaction& transaction, const Run& run, const Clock& clock);

}  // namespace vefa::campaign
