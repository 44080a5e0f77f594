#pragma once

#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/contact_store.h"
#include "services/contact/merge/merge.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// FAILED_PRECONDITION `CONTACT_MERGED`, which names the contact that goes on.
Error ContactMerged(const Uuid& survivor);

// What a merge or its end came to.
struct MergeOutcome {
  Merge merge;
  Contact survivor;
  std::vector<ContactVersion> changed;  // Records that are others now.
};

// Merges and sets free, each in the transaction it is given, with its events. Made for one call.
class Merging {
 public:
  Merging(postgres::Transaction& transaction, const Sealer& sealer, const AttributeDefinitions& definitions, const Clock& clock)
      : transaction_(transaction), sealer_(sealer), definitions_(definitions), clock_(clock) {}

  // Errors of MergeContacts. `merge` has the two contacts and the actor. With `only_look` nothing is changed.
  Result<MergeOutcome> Unite(Merge merge, const MergeChoice& choice, bool only_look);
  // Errors of UnmergeContact. One that was undone already stays as it is.
  Result<MergeOutcome> Part(const Uuid& merge, const std::string& actor);
  // A merge as it is, with its survivor.
  Result<MergeOutcome> Find(const Uuid& merge);

 private:
  struct Both {
    Contact survivor, merged;
  };
  Result<Both> Lock(const Uuid& survivor, const Uuid& merged);
  Status Write(const Contact& survivor, const Contact& view, Contact merged, const char* type, MergeOutcome& done);

  postgres::Transaction& transaction_;
  const Sealer& sealer_;
  const AttributeDefinitions& definitions_;
  const Clock& clock_;
};

}  // namespace vefa::contact
