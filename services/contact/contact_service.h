#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "libs/rpc/read_stage.h"
#include "libs/rpc/write_stage.h"
#include "services/contact/contact.h"
#include "services/contact/contact_change.h"
#include "services/contact/consent/consent_check.h"
#include "services/contact/contact_copies.h"
#include "services/contact/contact_import.h"
#include "services/contact/contact_links.h"
#include "services/contact/contact_store.h"
#include "services/contact/search/search.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"

namespace vefa::contact {

// The gRPC surface: one override that queues the call, one method that does it. Thread-safe.
class ContactService final : public v1::ContactService::CallbackService {
 public:
  // `links` are copied. `secret` signs page tokens. `relay` is woken after each commit; nullptr in tests without one.
  ContactService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, AttributeCatalog& attributes,
                 ContactCopies copies, const ContactLinks& links, events::Relay* relay, const Clock& clock, std::string secret)
      : door_(door), database_(database), keys_(keys), attributes_(attributes), copies_(copies), links_(links), relay_(relay),
        clock_(clock), secret_(std::move(secret)), import_(database, keys, attributes, copies, clock),
        change_(database, keys, attributes, copies, relay, clock),
        creates_(database, {}, Creates()),
        gets_({}, [this](const Uuid& tenant, const std::vector<Uuid>& ids, Deadline deadline) {
          return GetAll(tenant, ids, deadline);
        }) {}

  grpc::ServerUnaryReactor* CreateContact(grpc::CallbackServerContext* context, const v1::CreateContactRequest* request,
                                          v1::Contact* response) override;
  grpc::ServerUnaryReactor* UpdateContact(grpc::CallbackServerContext* context, const v1::UpdateContactRequest* request,
                                          v1::Contact* response) override;
  grpc::ServerUnaryReactor* GetContact(grpc::CallbackServerContext* context, const v1::GetContactRequest* request,
                                       v1::Contact* response) override;
  grpc::ServerUnaryReactor* ListContacts(grpc::CallbackServerContext* context, const v1::ListContactsRequest* request,
                                         v1::ListContactsResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetContacts(grpc::CallbackServerContext* context,
                                             const v1::BatchGetContactsRequest* request,
                                             v1::BatchGetContactsResponse* response) override;
  grpc::ServerBidiReactor<v1::ImportContactsRequest, v1::ImportContactsResponse>* ImportContacts(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* RecordConsent(grpc::CallbackServerContext* context, const v1::RecordConsentRequest* request,
                                          v1::Consent* response) override;
  grpc::ServerUnaryReactor* ListConsents(grpc::CallbackServerContext* context, const v1::ListConsentsRequest* request,
                                         v1::ListConsentsResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetRecipients(grpc::CallbackServerContext* context,
                                               const v1::BatchGetRecipientsRequest* request,
                                               v1::BatchGetRecipientsResponse* response) override;
  grpc::ServerUnaryReactor* EraseContact(grpc::CallbackServerContext* context, const v1::EraseContactRequest* request,
                                         v1::EraseContactResponse* response) override;

 private:
  void Create(const rpc::CallContext& call, const v1::CreateContactRequest& request, v1::Contact& response,
              rpc::Reply reply);
  rpc::WriteKind<NewContact, v1::Contact> Creates();
  Status Update(const rpc::CallContext& call, const v1::UpdateContactRequest& request, v1::Contact& response);
  void Get(const rpc::CallContext& call, const v1::GetContactRequest& request, v1::Contact& response, rpc::Reply reply);
  Result<std::vector<Result<v1::Contact>>> GetAll(const Uuid& tenant, const std::vector<Uuid>& ids, Deadline deadline);
  Status List(const rpc::CallContext& call, const v1::ListContactsRequest& request, v1::ListContactsResponse& response);
  Result<std::vector<Found>> Search(const rpc::CallContext& call, const std::string& words, const filter::Filter& filter);
  Result<std::vector<Contact>> InOrder(const rpc::CallContext& call, const std::vector<Uuid>& ids);
  Status Ranked(const rpc::CallContext& call, const v1::ListContactsRequest& request, const std::string& scope,
                std::vector<Found> found, int size, v1::ListContactsResponse& response);
  Status BatchGet(const rpc::CallContext& call, const v1::BatchGetContactsRequest& request,
                  v1::BatchGetContactsResponse& response);
  Status Record(const rpc::CallContext& call, const v1::RecordConsentRequest& request, v1::Consent& response);
  Status Consents(const rpc::CallContext& call, const v1::ListConsentsRequest& request,
                  v1::ListConsentsResponse& response);
  void FillRecipient(const Uuid& tenant, const RecipientRow& row, const ConsentDecision& decision, v1::Recipient& recipient) const;
  Status AddWordsOfParts(const rpc::CallContext& call, std::vector<RecipientRow>& rows);
  Status Recipients(const rpc::CallContext& call, const v1::BatchGetRecipientsRequest& request,
                    v1::BatchGetRecipientsResponse& response);
  Status Erase(const rpc::CallContext& call, const v1::EraseContactRequest& request,
               v1::EraseContactResponse& response);
  void Committed() const {
    if (relay_ != nullptr) relay_->Wake();
  }

  const rpc::Door& door_;
  postgres::Database& database_;
  PiiKeys& keys_;
  AttributeCatalog& attributes_;
  const ContactCopies copies_;
  const ContactLinks links_;
  events::Relay* relay_;
  const Clock& clock_;
  const std::string secret_;
  ContactImport import_;
  const ContactChanger change_;
  // Last: their threads use everything above.
  rpc::WriteStage<NewContact, v1::Contact> creates_;
  rpc::ReadStage<Uuid, v1::Contact> gets_;
};

}  // namespace vefa::contact
