#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "libs/proof/checker.h"
#include "services/contact/consent/consent_secret.h"

// The reading of a chain, for proofs.
namespace vefa::contact {

// A chain as it was at one moment.
struct ChainView {
  int64_t sequence = 0;
  crypto::Digest hash{};
  std::vector<proof::SignedAnchor> anchors;  // Oldest first; none reaches beyond `sequence`.
};
Result<ChainView> ReadChainView(postgres::Database& database, const Uuid& tenant, Deadline deadline);

// Entries with a sequence after `after` and at most `last`, at most `limit` of them. Openings of the erased are left out. DATA_LOSS
// `KEY_UNWRAP`.
Result<std::vector<proof::Entry>> ReadEntries(postgres::Database& database, const Sealer& sealer, int64_t after, int64_t last,
                                              int32_t limit, Deadline deadline);
// The same of one contact.
Result<std::vector<proof::Entry>> ReadEntriesOf(postgres::Database& database, const Sealer& sealer, const Uuid& contact, int64_t after,
                                                int64_t last, int32_t limit, Deadline deadline);

// The place of a line in the chain, without what it says.
struct Place {
  int64_t sequence = 0;
  crypto::Digest digest{};
  crypto::Digest hash{};
};
Result<std::vector<Place>> ReadPlaces(postgres::Database& database, const Uuid& tenant, int64_t first, int64_t last, Deadline deadline);

// Whether there is such a contact, erased or not.
Result<bool> ContactIsKnown(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline);

}  // namespace vefa::contact
