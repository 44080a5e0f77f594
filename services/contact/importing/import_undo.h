#pragma once

#include "libs/rpc/door.h"
#include "services/contact/attribute/attribute_store.h"
#include "services/contact/contact_copies.h"
#include "services/contact/importing/import_store.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// Takes back what imports did, some people in a transaction. Thread-safe.
class ImportUndo {
 public:
  ImportUndo(postgres::Database& database, PiiKeys& keys, AttributeCatalog& attributes, ContactCopies copies, const Clock& clock)
      : database_(database), keys_(keys), attributes_(attributes), copies_(copies), clock_(clock) {}

  // Goes on for a part of the call's time; see UndoImport. The import as it is then.
  Result<v1::Import> Undo(const rpc::CallContext& call, const Uuid& id) const;

 private:
  Result<v1::Import> Step(const rpc::CallContext& call, const Sealer& sealer, const AttributeDefinitions& definitions, const Uuid& id) const;

  postgres::Database& database_;
  PiiKeys& keys_;
  AttributeCatalog& attributes_;
  const ContactCopies copies_;
  const Clock& clock_;
};

}  // namespace vefa::contact
