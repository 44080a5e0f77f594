#pragma once

#include <optional>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/contact_store.h"
#include "services/contact/identity/identity_store.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// What came of it.
struct IdentifyOutcome {
  Uuid contact;
  IdentifyStep step = IdentifyStep::kKnown;
  bool anonymous = false;
  Uuid merge;                           // Of kMerge.
  std::vector<ContactVersion> changed;  // Records that are others now.
};

// Finds who stands behind an identity, or makes it so, in the transaction it is given, with its events. Made for one call.
class Identifying {
 public:
  Identifying(postgres::Transaction& transaction, const Sealer& sealer, const AttributeDefinitions& definitions, const Clock& clock,
              std::string actor)
      : transaction_(transaction), sealer_(sealer), definitions_(definitions), clock_(clock), actor_(std::move(actor)) {}

  // Errors of IdentifyContact. `person` is normalised, with `language` for a visitor where there is none.
  Result<IdentifyOutcome> Identify(Identity identity, const std::optional<Contact>& person, const std::string& language);

 private:
  Result<IdentifyOutcome> Create(Identity identity, Contact contact, IdentifyStep step);
  Result<IdentifyOutcome> Link(Identity identity, const Contact& person);
  Result<IdentifyOutcome> Complete(const Uuid& visitor, const Contact& person);
  Result<IdentifyOutcome> Merge(const Uuid& visitor, const Uuid& person);

  postgres::Transaction& transaction_;
  const Sealer& sealer_;
  const AttributeDefinitions& definitions_;
  const Clock& clock_;
  const std::string actor_;
};

}  // namespace vefa::contact
