#pragma once

#include "libs/rpc/door.h"
#include "services/contact/attribute/attribute_store.h"
#include "services/contact/contact_copies.h"
#include "services/contact/importing/import_store.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// Takes the chunks of imports, each in one transaction with how far the import is; and looks at records beforehand. Thread-safe.
class ImportChunks {
 public:
  ImportChunks(postgres::Database& database, PiiKeys& keys, AttributeCatalog& attributes, ContactCopies copies, const Clock& clock)
      : database_(database), keys_(keys), attributes_(attributes), copies_(copies), clock_(clock) {}

  // Errors of SendImportChunk.
  Result<v1::SendImportChunkResponse> Send(const rpc::CallContext& call, const v1::SendImportChunkRequest& request) const;
  // Errors of PreviewImport.
  Result<v1::PreviewImportResponse> Preview(const rpc::CallContext& call, const v1::PreviewImportRequest& request) const;

 private:
  postgres::Database& database_;
  PiiKeys& keys_;
  AttributeCatalog& attributes_;
  const ContactCopies copies_;
  const Clock& clock_;
};

}  // namespace vefa::contact
