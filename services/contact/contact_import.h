#pragma once

#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/attribute/attribute_store.h"
#include "services/contact/contact_copies.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/contact_service.pb.h"

namespace vefa::contact {

// One chunk of an import is one transaction: contacts first, then consents in the order they came.
// Thread-safe.
class ContactImport {
 public:
  ContactImport(postgres::Database& database, PiiKeys& keys, AttributeCatalog& attributes, ContactCopies copies,
                const Clock& clock)
      : database_(database), keys_(keys), attributes_(attributes), copies_(copies), clock_(clock) {}

  // INVALID_ARGUMENT `CHUNK_SIZE` for more than 500 rows; bad rows are rejected one by one.
  Result<v1::ImportContactsResponse> Import(const rpc::CallContext& call, const v1::ImportContactsRequest& request);

 private:
  postgres::Database& database_;
  PiiKeys& keys_;
  AttributeCatalog& attributes_;
  const ContactCopies copies_;
  const Clock& clock_;
};

}  // namespace vefa::contact
