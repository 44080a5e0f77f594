#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/suppression/suppression.h"

// The SQL of suppressed addresses.
namespace vefa::contact {

// The one that holds for this address, purpose and reason: this one, or the one that was there. ABORTED `TRANSACTION_CONFLICT` when that
// one is lifted at the same time.
Result<Suppression> AddSuppression(postgres::Database& database, const Uuid& tenant, const Suppression& suppression,
                                   Deadline deadline);

// The newest first, those before `before` where it is said.
Result<std::vector<Suppression>> ListSuppressions(postgres::Database& database, const Uuid& tenant, const std::optional<Uuid>& before,
                                                  bool show_lifted, int size, Deadline deadline);

// Lifts it with what is said of that; one that is lifted stays as it is. NOT_FOUND `SUPPRESSION_NOT_FOUND`.
Result<Suppression> LiftSuppression(postgres::Database& database, const Uuid& tenant, const Suppression& lifted, Deadline deadline);

struct SuppressionKey {
  std::string address_hash;
  std::string purpose;
};
struct SuppressionFound {
  std::vector<SuppressionReason> reasons;  // Each once; none: it is not suppressed.
  Time since{};
};
// One for each key, in their order.
Result<std::vector<SuppressionFound>> FindSuppressions(postgres::Database& database, const Uuid& tenant,
                                                       const std::vector<SuppressionKey>& keys, Deadline deadline);

// Suppresses every address of these people, for good, and takes the hashes off their records. To be called before their points are
// deleted, of people who are locked. `source` says why they are erased.
postgres::Call SuppressErasedCall(const Uuid& tenant, const std::vector<Uuid>& contacts, const std::string& source, const Clock& clock);

}  // namespace vefa::contact
