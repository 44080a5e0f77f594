#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/confirmation/confirmation.h"
#include "services/contact/contact_change.h"
#include "services/contact/contact_copies.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/confirmation_service.grpc.pb.h"

namespace vefa::contact {

// What people confirm by a link. Thread-safe.
class ConfirmationService final : public v1::ConfirmationService::CallbackService {
 public:
  // `copies`, `links` and `change` are copied; the others outlive it. `relay` is woken after each change; nullptr in tests without one.
  ConfirmationService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, const ContactCopies& copies,
                      const ConfirmationLinkKey& links, const ContactChanger& change, events::Relay* relay, const Clock& clock)
      : door_(door), database_(database), keys_(keys), copies_(copies), links_(links), change_(change), relay_(relay), clock_(clock) {}

  grpc::ServerUnaryReactor* ReadConfirmation(grpc::CallbackServerContext* context, const v1::ReadConfirmationRequest* request,
                                             v1::Confirmation* response) override;
  grpc::ServerUnaryReactor* ConfirmConsent(grpc::CallbackServerContext* context, const v1::ConfirmConsentRequest* request,
                                           v1::Confirmation* response) override;

 private:
  Status Read(const rpc::CallContext& call, const v1::ReadConfirmationRequest& request, v1::Confirmation& response);
  Status Confirm(const rpc::CallContext& call, const v1::ConfirmConsentRequest& request, v1::Confirmation& response);
  // Records the agreement to what waits; the contact's new version.
  Result<ContactVersion> Agree(postgres::Transaction& transaction, const ConfirmationLink& link, const Asked& asked,
                               const v1::ConsentOrigin& origin, const Sealer& sealer);

  // Whoever opened the link reads the mails of the address it was sent to: the point is valid.
  Status Verify(const rpc::CallContext& call, const ConfirmationLink& link, Time asked);

  const rpc::Door& door_;
  postgres::Database& database_;
  PiiKeys& keys_;
  const ContactCopies copies_;
  const ConfirmationLinkKey links_;
  const ContactChanger change_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
