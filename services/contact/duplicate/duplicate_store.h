#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "services/contact/duplicate/duplicate.h"

// The SQL of duplicates.
namespace vefa::contact {

// Of those who share a key, the most that one contact is compared with.
inline constexpr int32_t kNeighboursMax = 30;

// Looks again for the duplicates of these contacts of one tenant, as their records are now: what they are compared by is
// replaced, pairs that reach the score are suggested, suggested ones that do not any more are gone. One such search of a
// tenant at a time: two that ran side by side would not see each other's. Works as the `pump` role.
Status SearchDuplicates(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts,
                        const Clock& clock);

enum class DuplicateState : int16_t { kSuggested = 1, kDismissed = 2 };
struct Duplicate {
  Uuid id, first, second;
  double score = 0;
  std::vector<LikenessKind> reasons;
  DuplicateState state = DuplicateState::kSuggested;
  Time create_time{};
  std::optional<Time> dismiss_time;
};
// Where the next page begins: after this one.
struct DuplicatePlace {
  double score = 0;
  Uuid id;
};
struct DuplicatePage {
  DuplicateState state = DuplicateState::kSuggested;
  std::optional<Uuid> contact = {};
  std::optional<DuplicatePlace> after = {};  // Nothing for the first page.
  int size = 50;
};
// The greatest score first.
Result<std::vector<Duplicate>> ListDuplicates(postgres::Database& database, const Uuid& tenant,
                                              const DuplicatePage& page, Deadline deadline);
// Nullopt when there is none.
Result<std::optional<Duplicate>> DismissDuplicate(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                                  const Clock& clock, Deadline deadline);
// What an erasure deletes of a person here, in its own transaction.
std::vector<postgres::Call> ForgetDuplicatesCalls(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
