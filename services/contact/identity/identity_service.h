#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/attribute/attribute_store.h"
#include "services/contact/contact_copies.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/identity_service.grpc.pb.h"

namespace vefa::contact {

// By which other systems know people, and how a visitor becomes somebody. Thread-safe.
class IdentityService final : public v1::IdentityService::CallbackService {
 public:
  // `copies` is copied; the others outlive it. `relay` is woken after each change; nullptr in tests without one.
  IdentityService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, AttributeCatalog& attributes,
                  const ContactCopies& copies, events::Relay* relay, const Clock& clock)
      : door_(door), database_(database), keys_(keys), attributes_(attributes), copies_(copies), relay_(relay), clock_(clock) {}

  grpc::ServerUnaryReactor* IdentifyContact(grpc::CallbackServerContext* context, const v1::IdentifyContactRequest* request,
                                            v1::IdentifyContactResponse* response) override;
  grpc::ServerUnaryReactor* FindIdentities(grpc::CallbackServerContext* context, const v1::FindIdentitiesRequest* request,
                                           v1::FindIdentitiesResponse* response) override;
  grpc::ServerUnaryReactor* ListIdentities(grpc::CallbackServerContext* context, const v1::ListIdentitiesRequest* request,
                                           v1::ListIdentitiesResponse* response) override;
  grpc::ServerUnaryReactor* UnlinkIdentity(grpc::CallbackServerContext* context, const v1::UnlinkIdentityRequest* request,
                                           v1::UnlinkIdentityResponse* response) override;

 private:
  Status Identify(const rpc::CallContext& call, const v1::IdentifyContactRequest& request, v1::IdentifyContactResponse& response);
  Status Find(const rpc::CallContext& call, const v1::FindIdentitiesRequest& request, v1::FindIdentitiesResponse& response);
  Status List(const rpc::CallContext& call, const v1::ListIdentitiesRequest& request, v1::ListIdentitiesResponse& response);
  Status Unlink(const rpc::CallContext& call, const v1::UnlinkIdentityRequest& request);
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
