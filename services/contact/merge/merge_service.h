#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "libs/rpc/idempotency.h"
#include "services/contact/attribute/attribute_store.h"
#include "services/contact/contact_copies.h"
#include "services/contact/merge/merge.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/merge_service.grpc.pb.h"

namespace vefa::contact {

// Two records become one, and two again. Thread-safe.
class MergeService final : public v1::MergeService::CallbackService {
 public:
  // `relay` is woken after each commit; nullptr in tests without one.
  MergeService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, AttributeCatalog& attributes,
               ContactCopies copies, events::Relay* relay, const Clock& clock)
      : door_(door), database_(database), keys_(keys), attributes_(attributes), copies_(copies), relay_(relay), clock_(clock) {}

  grpc::ServerUnaryReactor* MergeContacts(grpc::CallbackServerContext* context, const v1::MergeContactsRequest* request,
                                          v1::Merge* response) override;
  grpc::ServerUnaryReactor* UnmergeContact(grpc::CallbackServerContext* context, const v1::UnmergeContactRequest* request,
                                           v1::Merge* response) override;
  grpc::ServerUnaryReactor* ListMerges(grpc::CallbackServerContext* context, const v1::ListMergesRequest* request,
                                       v1::ListMergesResponse* response) override;

 private:
  Status Unite(const rpc::CallContext& call, const v1::MergeContactsRequest& request, v1::Merge& response);
  Status Part(const rpc::CallContext& call, const v1::UnmergeContactRequest& request, v1::Merge& response);
  Status List(const rpc::CallContext& call, const v1::ListMergesRequest& request, v1::ListMergesResponse& response);
  void Committed(const Uuid& tenant, const std::vector<ContactVersion>& changed) const;

  const rpc::Door& door_;
  postgres::Database& database_;
  PiiKeys& keys_;
  AttributeCatalog& attributes_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
