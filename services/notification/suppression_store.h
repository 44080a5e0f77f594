#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "services/notification/notification.h"

// The SQL of suppressions, for the service's calls and for delivery alike.
namespace vefa::notification {

struct NewSuppression {
  Suppression suppression;
  std::string address_hash;
  Uuid message;  // The one that led to it.
};

// Adds those that are not there yet, each with its event `suppression.added`. As a call, to travel
// with others; `suppressions` must not be empty.
postgres::Call AddSuppressionsCall(const Uuid& tenant, const std::vector<NewSuppression>& suppressions,
                                   const Clock& clock);

// Somebody who agrees, or asks to be asked, after having left.
struct WantedAgain {
  Uuid contact;
  short channel = 1;
  std::string purpose;
  Time time{};  // When it was said.
};
// Ends what a contact's own leaving suppressed before, each with its event `suppression.lifted`; how many. A bounce is not a matter of will and stays.
Result<int> LiftSuppressions(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<WantedAgain>& wanted,
                             const Clock& clock);

// Which of the hashes may not be written to for the purpose. Read its rows with SuppressedOf.
postgres::Call FindSuppressedCall(const Uuid& tenant, short channel, const std::string& purpose,
                                  const std::vector<std::string>& address_hashes);
std::unordered_set<std::string> SuppressedOf(const postgres::Rows& rows);

// A contact's, newest first; at most 1,000.
Result<std::vector<Suppression>> ListSuppressions(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                  Deadline deadline);

// Has the statements behind it in its transaction planned for the values they are given and for the
// tables as they are now. A plan that is kept may have been made when a table was empty, and reads it
// from end to end ever after; where that could cost more than planning does, this goes first.
inline const postgres::Statement kPlanForTheseValues{"plan_for_these_values",
                                                     "SET LOCAL plan_cache_mode = force_custom_plan"};

}  // namespace vefa::notification
