#include "services/contact/contact_service.h"

#include <algorithm>
#include <unordered_map>

#include "libs/base/text.h"
#include "libs/rpc/idempotency.h"
#include "libs/rpc/mask.h"
#include "libs/rpc/serve.h"
#include "services/contact/consent/consent_evidence.h"
#include "services/contact/consent/consent_point.h"
#include "services/contact/contact_erase.h"
#include "services/contact/contact_proto.h"
#include "services/contact/contact_store.h"
#include "services/contact/preference/preference_store.h"
#include "services/contact/purpose/purpose_store.h"
#include "services/contact/sight/contact_sight.h"

namespace vefa::contact {
namespace {

constexpr int kBatchMax = 1000;

Error BatchTooLarge() { return InvalidArgument("BATCH_TOO_LARGE", "Ask for at most 1,000 at once."); }

// Each that is none is named by its place in `field`.
Result<std::vector<Uuid>> ParseNames(const google::protobuf::RepeatedPtrField<std::string>& names, const std::string& field) {
  std::vector<Uuid> ids;
  std::vector<Violation> violations;
  for (int i = 0; i < names.size(); ++i) ids.push_back(ReadContactName(names[i], field + "[" + std::to_string(i) + "]", violations));
  if (!violations.empty()) return Violations(std::move(violations));
  return ids;
}

constexpr std::string_view kChangeable[] = {"external_id", "display_name", "email", "language", "source", "given_name",
                                            "family_name", "phone", "country", "time_zone", "tags", "attributes", "owner"};

// Brings over what the mask names.
void Apply(const Contact& said, const rpc::Mask& mask, Contact& contact) {
  auto bring = [&](const char* field, auto Contact::* member) {
    if (mask.Has(field)) contact.*member = said.*member;
  };
  bring("external_id", &Contact::external_id);
  bring("display_name", &Contact::display_name);
  bring("email", &Contact::email);
  bring("language", &Contact::language);
  bring("source", &Contact::source);
  bring("given_name", &Contact::given_name);
  bring("family_name", &Contact::family_name);
  bring("phone", &Contact::phone);
  bring("country", &Contact::country);
  bring("time_zone", &Contact::time_zone);
  bring("tags", &Contact::tags);
  bring("attributes", &Contact::attributes);
  bring("owner", &Contact::owner);
  for (const std::string& key : mask.KeysOf("attributes")) {
    auto value = said.attributes.find(key);
    if (value == said.attributes.end()) {
      contact.attributes.erase(key);
    } else {
      contact.attributes[key] = value->second;
    }
  }
}

// Of a declared purpose only a text that was published can have been agreed to.
Status CheckText(postgres::Transaction& transaction, const Uuid& tenant, const Consent& consent) {
  if (consent.text_version == 0) return Ok();
  VEFA_TRY(auto unknown, FindUnknownTexts(transaction, tenant, {{consent.purpose, consent.text_version}}));
  if (unknown.empty()) return Ok();
  return Violations({{"consent.text_version", "TEXT_VERSION_UNKNOWN", "Give the number of a text that was published, or leave it out."}});
}

// The word of the person's that a decision rests on; none where something else decided.
v1::Consent::State StateOf(ConsentReason reason) {
  switch (reason) {
    case ConsentReason::kGranted: return v1::Consent::STATE_GRANTED;
    case ConsentReason::kWithdrawn: return v1::Consent::STATE_WITHDRAWN;
    case ConsentReason::kRefused: return v1::Consent::STATE_REFUSED;
    case ConsentReason::kExpired: return v1::Consent::STATE_EXPIRED;
    case ConsentReason::kPending: return v1::Consent::STATE_PENDING;
    default: return v1::Consent::STATE_UNSPECIFIED;
  }
}

// What a person wants of messages that are sent for their consent or our interest.
void FillWishes(const RecipientRow& row, Time now, v1::Recipient& recipient) {
  const Preferences& wanted = row.preferences;
  recipient.set_paused(wanted.pause_until && *wanted.pause_until > now);
  recipient.set_time_zone(row.contact.time_zone);
  recipient.set_messages_per_day(wanted.messages_per_day);
  recipient.set_messages_per_week(wanted.messages_per_week);
  if (!wanted.quiet_hours) return;
  recipient.mutable_quiet_hours()->set_start_minute(wanted.quiet_hours->start_minute);
  recipient.mutable_quiet_hours()->set_end_minute(wanted.quiet_hours->end_minute);
}

}  // namespace

grpc::ServerUnaryReactor* ContactService::CreateContact(grpc::CallbackServerContext* context,
                                                        const v1::CreateContactRequest* request, v1::Contact* response) {
  return rpc::ServeLater(door_, context, "CreateContact", [=, this](const rpc::CallContext& call, rpc::Reply reply) {
    Create(call, *request, *response, std::move(reply));
  });
}
grpc::ServerUnaryReactor* ContactService::UpdateContact(grpc::CallbackServerContext* context,
                                                        const v1::UpdateContactRequest* request, v1::Contact* response) {
  return rpc::Serve(door_, context, {"UpdateContact", request},
                    [=, this](const rpc::CallContext& call) { return Update(call, *request, *response); });
}
grpc::ServerUnaryReactor* ContactService::GetContact(grpc::CallbackServerContext* context,
                                                     const v1::GetContactRequest* request, v1::Contact* response) {
  return rpc::ServeLater(door_, context, {"GetContact", request}, [=, this](const rpc::CallContext& call, rpc::Reply reply) {
    Get(call, *request, *response, std::move(reply));
  }, rpc::Place::kHere);
}
grpc::ServerUnaryReactor* ContactService::ListContacts(grpc::CallbackServerContext* context,
                                                       const v1::ListContactsRequest* request,
                                                       v1::ListContactsResponse* response) {
  return rpc::Serve(door_, context, "ListContacts",
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}
grpc::ServerUnaryReactor* ContactService::BatchGetContacts(grpc::CallbackServerContext* context,
                                                           const v1::BatchGetContactsRequest* request,
                                                           v1::BatchGetContactsResponse* response) {
  return rpc::Serve(door_, context, "BatchGetContacts",
                    [=, this](const rpc::CallContext& call) { return BatchGet(call, *request, *response); });
}
grpc::ServerBidiReactor<v1::ImportContactsRequest, v1::ImportContactsResponse>* ContactService::ImportContacts(
    grpc::CallbackServerContext* context) {
  return rpc::ServeChunks<v1::ImportContactsRequest, v1::ImportContactsResponse>(
      door_, context, "ImportContacts",
      [this](const rpc::CallContext& call, const v1::ImportContactsRequest& request) {
        auto response = import_.Import(call, request);
        if (response.ok()) Committed();
        return response;
      });
}
grpc::ServerUnaryReactor* ContactService::RecordConsent(grpc::CallbackServerContext* context,
                                                        const v1::RecordConsentRequest* request, v1::Consent* response) {
  return rpc::Serve(door_, context, {"RecordConsent", request},
                    [=, this](const rpc::CallContext& call) { return Record(call, *request, *response); });
}
grpc::ServerUnaryReactor* ContactService::ListConsents(grpc::CallbackServerContext* context,
                                                       const v1::ListConsentsRequest* request,
                                                       v1::ListConsentsResponse* response) {
  return rpc::Serve(door_, context, {"ListConsents", request},
                    [=, this](const rpc::CallContext& call) { return Consents(call, *request, *response); });
}
grpc::ServerUnaryReactor* ContactService::BatchGetRecipients(grpc::CallbackServerContext* context,
                                                             const v1::BatchGetRecipientsRequest* request,
                                                             v1::BatchGetRecipientsResponse* response) {
  return rpc::Serve(door_, context, "BatchGetRecipients",
                    [=, this](const rpc::CallContext& call) { return Recipients(call, *request, *response); });
}

grpc::ServerUnaryReactor* ContactService::EraseContact(grpc::CallbackServerContext* context,
                                                       const v1::EraseContactRequest* request,
                                                       v1::EraseContactResponse* response) {
  return rpc::Serve(door_, context, {"EraseContact", request},
                    [=, this](const rpc::CallContext& call) { return Erase(call, *request, *response); });
}

// Checked and sealed here; written together with those that come at the same time.
void ContactService::Create(const rpc::CallContext& call, const v1::CreateContactRequest& request, v1::Contact& response,
                            rpc::Reply reply) {
  auto definitions = attributes_.ForTenant(call.tenant, call.deadline);
  if (!definitions.ok()) return reply.Finish(std::move(definitions).error());
  std::vector<Violation> violations;
  Contact contact = FromProto(request.contact(), "contact.", violations);
  SetOwner(call.principal, contact, violations);
  Normalise(contact, "contact.", violations);
  NormaliseValues(**definitions, {}, contact.attributes, "contact.", violations);
  if (!violations.empty()) return reply.Finish(Violations(std::move(violations)));
  AddDefaults(**definitions, contact.attributes);
  auto sealer = keys_.ForTenant(call.tenant, call.deadline);
  if (!sealer.ok()) return reply.Finish(std::move(sealer).error());
  rpc::Attempt attempt{call.tenant, request.request_id(), "CreateContact", ""};
  if (!attempt.request_id.empty()) attempt.request = request.contact().SerializeAsString();
  creates_.Add(std::move(attempt), call.deadline, MakeNewContact(**sealer, **definitions, std::move(contact), clock_), &response,
               std::move(reply));
}

rpc::WriteKind<NewContact, v1::Contact> ContactService::Creates() {
  rpc::WriteKind<NewContact, v1::Contact> kind;
  kind.call = &InsertContactsCall;
  kind.read = [](const postgres::Rows& rows, std::span<const NewContact* const> contacts) {
    std::vector<Result<v1::Contact>> answers;
    for (Result<Contact>& stored : InsertedContacts(rows, contacts))
      answers.push_back(stored.ok() ? Result<v1::Contact>(ToProto(*stored)) : Result<v1::Contact>(std::move(stored).error()));
    return answers;
  };
  kind.subject = [](const v1::Contact& contact) { return contact.name(); };
  kind.committed = [this] { Committed(); };
  return kind;
}

Status ContactService::Update(const rpc::CallContext& call, const v1::UpdateContactRequest& request,
                              v1::Contact& response) {
  VEFA_TRY(Uuid id, ParseResourceName("contacts", request.contact().name()));
  VEFA_TRY(rpc::Mask mask, rpc::Mask::Read(request.update_mask(), request.contact(), kChangeable));
  std::vector<Violation> violations;
  Contact said = FromProto(request.contact(), "contact.", violations);
  if (mask.Has("owner")) SetOwner(call.principal, said, violations);
  rpc::Attempt attempt{call.tenant, request.request_id(), "UpdateContact", ""};
  if (!attempt.request_id.empty())
    attempt.request = request.contact().SerializeAsString() + request.update_mask().SerializeAsString();
  VEFA_TRY(Contact after, change_.Change(call, id, "contact.", attempt, [&](ContactChange& change) -> Status {
    VEFA_TRY_OK(rpc::CheckEtag(request.contact().etag(), ToProto(change.after).etag()));
    Apply(said, mask, change.after);
    if (!violations.empty()) return Violations(violations);
    return Ok();
  }));
  response = ToProto(after);
  return Ok();
}

void ContactService::Get(const rpc::CallContext& call, const v1::GetContactRequest& request, v1::Contact& response,
                         rpc::Reply reply) {
  auto id = ParseResourceName("contacts", request.name());
  if (!id.ok()) return reply.Finish(std::move(id).error());
  gets_.Add(call.tenant, call.deadline, *id, &response, std::move(reply));
}

Result<std::vector<Result<v1::Contact>>> ContactService::GetAll(const Uuid& tenant, const std::vector<Uuid>& ids,
                                                                Deadline deadline) {
  auto copies = copies_.Find(tenant, ids);
  std::vector<Uuid> missing;
  for (size_t i = 0; i < ids.size(); ++i)
    if (!copies[i]) missing.push_back(ids[i]);
  std::unordered_map<Uuid, v1::Contact> found;
  if (!missing.empty()) {
    VEFA_TRY(auto contacts, GetContacts(database_, tenant, missing, {}, deadline));
    copies_.Keep(tenant, contacts);
    for (const Contact& contact : contacts) found.emplace(contact.id, ToProto(contact));
  }
  std::vector<Result<v1::Contact>> answers;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (copies[i]) {
      answers.push_back(*std::move(copies[i]));
    } else {
      auto at = found.find(ids[i]);
      answers.push_back(at == found.end() ? Result<v1::Contact>(NoSuchContact()) : Result<v1::Contact>(at->second));
    }
  }
  return answers;
}

Status ContactService::BatchGet(const rpc::CallContext& call, const v1::BatchGetContactsRequest& request,
                                v1::BatchGetContactsResponse& response) {
  if (request.names_size() + request.external_ids_size() > kBatchMax) return BatchTooLarge();
  VEFA_TRY(std::vector<Uuid> ids, ParseNames(request.names(), "names"));
  std::vector<std::string> external_ids(request.external_ids().begin(), request.external_ids().end());
  VEFA_TRY(auto contacts, GetContacts(database_, call.tenant, ids, external_ids, call.deadline));
  for (const Contact& contact : contacts)
    if (Sees(call.principal, contact)) *response.add_contacts() = ToProto(contact);
  return Ok();
}

Status ContactService::Record(const rpc::CallContext& call, const v1::RecordConsentRequest& request,
                              v1::Consent& response) {
  std::vector<Violation> violations;
  const Uuid id = ReadContactName(request.contact(), "contact", violations);
  Consent consent = FromProto(request.consent());
  consent.actor = call.principal.subject;
  Normalise(consent, "consent.", clock_.Now(), violations);
  if (!request.consent().point().empty() && (consent.point = PointOf(id, request.consent().point())).is_nil())
    violations.push_back({"consent.point", "NAME_SYNTAX", "Give a point of the same contact: contacts/{uuid}/points/{uuid}."});
  if (!violations.empty()) return Violations(std::move(violations));
  std::optional<SealedPerson> origin;
  if (!consent.ip.empty() || !consent.user_agent.empty()) {
    VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
    origin = SealOrigin(consent, *sealer, clock_);
  }
  rpc::Attempt attempt{call.tenant, request.request_id(), "RecordConsent",
                       request.contact() + request.consent().SerializeAsString()};
  std::vector<ContactVersion> changes;
  auto recorded = postgres::InTransaction(
      database_, postgres::Scope::Tenant(call.tenant), call.deadline,
      [&](postgres::Transaction& transaction) -> Result<v1::Consent> {
        VEFA_TRY(std::optional<std::string> answer, rpc::FindAnswer(transaction, attempt));
        v1::Consent proto;
        if (answer.has_value() && proto.ParseFromString(*answer)) return proto;
        changes.clear();
        VEFA_TRY_OK(CheckText(transaction, call.tenant, consent));
        if (!consent.point.is_nil()) VEFA_TRY_OK(PlaceConsent(transaction, call.tenant, id, consent));
        // The message that asks goes to the address that is used.
        consent.confirmation_wanted = consent.state == ConsentState::kPending && consent.channel == Channel::kEmail && !consent.unused_point;
        VEFA_TRY(auto outcomes, RecordConsents(transaction, call.tenant, {{"", id, consent, {}, {}, origin}}, clock_));
        if (outcomes.front().outcome == Recorded::kNoContact) return NoSuchContact();
        if (outcomes.front().outcome == Recorded::kErased) return ContactErased();
        if (outcomes.front().outcome == Recorded::kNew) changes.push_back(outcomes.front().contact);
        VEFA_TRY(std::optional<Consent> stored, FindConsent(transaction, call.tenant, id, consent));
        // Neither there nor new: the contact was erased while we waited for it. Another look says so.
        if (!stored.has_value())
          return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The contact is being erased; try again."};
        proto = ToProto(*stored, id);
        VEFA_TRY_OK(rpc::RememberAnswer(transaction, attempt, proto.SerializeAsString()));
        return proto;
      });
  if (!recorded.ok()) return std::move(recorded).error();
  response = *std::move(recorded);
  copies_.Changed(call.tenant, changes);
  Committed();
  return Ok();
}

Status ContactService::Consents(const rpc::CallContext& call, const v1::ListConsentsRequest& request,
                                v1::ListConsentsResponse& response) {
  VEFA_TRY(Uuid id, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(ConsentHistory history, GetConsents(database_, call.tenant, id, call.deadline));
  if (!history.contact_exists) return NoSuchContact();
  for (const Consent& consent : history.states) *response.add_states() = ToProto(consent, id);
  for (const Consent& consent : history.log) *response.add_log() = ToProto(consent, id);
  for (const Consent& consent : history.point_states) *response.add_point_states() = ToProto(consent, id);
  return Ok();
}

void ContactService::FillRecipient(const Uuid& tenant, const RecipientRow& row, const ConsentDecision& decision, v1::Recipient& recipient) const {
  recipient.set_contact(ResourceName("contacts", row.contact.id));
  recipient.set_address(row.contact.email.Reveal());
  recipient.set_display_name(row.contact.display_name.Reveal());
  recipient.set_language(row.contact.language);
  recipient.set_version(row.contact.version);
  recipient.set_consent(StateOf(decision.reason));
  recipient.set_suppressed(decision.reason == ConsentReason::kSuppressed);
  recipient.set_allowed(decision.allowed);
  recipient.set_purpose_title(row.purpose_title);
  recipient.set_essential(decision.whatever_is_said);
  if (!decision.whatever_is_said) FillWishes(row, clock_.Now(), recipient);
  recipient.set_preference_path(links_.preferences.Path({tenant, row.contact.id}));
  if (row.confirmable_line != 0 && decision.reason == ConsentReason::kPending)
    recipient.set_confirmation_path(links_.confirmations.Path({tenant, row.contact.id, row.confirmable_line}));
}

// What was said by those who were merged into somebody binds them as well.
Status ContactService::AddWordsOfParts(const rpc::CallContext& call, std::vector<RecipientRow>& rows) {
  std::vector<Uuid> survivors;
  for (const RecipientRow& row : rows)
    if (row.contact.absorbed > 0) survivors.push_back(row.contact.id);
  if (survivors.empty()) return Ok();
  VEFA_TRY(auto known, KnowPreferences(database_, call.tenant, survivors, call.deadline));
  size_t at = 0;
  for (RecipientRow& row : rows)
    if (row.contact.absorbed > 0) row.preferences = std::move(known[at++].preferences);
  return Ok();
}

Status ContactService::Recipients(const rpc::CallContext& call, const v1::BatchGetRecipientsRequest& request,
                                  v1::BatchGetRecipientsResponse& response) {
  if (request.contacts_size() > kBatchMax) return BatchTooLarge();
  std::vector<Violation> violations;
  if (!IsSlug(request.purpose())) violations.push_back({"purpose", "PURPOSE_SYNTAX", "Give the purpose to check."});
  if (!v1::Channel_IsValid(request.channel())) violations.push_back({"channel", "CHANNEL_UNKNOWN", "Give a channel of the contract."});
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(std::vector<Uuid> ids, ParseNames(request.contacts(), "contacts"));
  VEFA_TRY(auto rows, GetRecipients(database_, call.tenant, ids, request.purpose(),
                                    static_cast<Channel>(request.channel()), clock_.Now(), call.deadline));
  VEFA_TRY_OK(AddWordsOfParts(call, rows));
  // Whether they may be written to is said by the one rule of that.
  std::vector<ConsentQuestion> questions;
  for (const RecipientRow& row : rows) questions.push_back({row.contact.id, request.purpose(), static_cast<Channel>(request.channel())});
  VEFA_TRY(auto decisions, CheckConsents(database_, call.tenant, questions, clock_.Now(), call.deadline));
  for (size_t i = 0; i < rows.size(); ++i) {
    const ConsentDecision& decision = decisions[i];
    // Erased or merged since: as if they had not been found.
    if (decision.reason == ConsentReason::kContactErased || decision.reason == ConsentReason::kContactMerged) continue;
    FillRecipient(call.tenant, rows[i], decision, *response.add_recipients());
    response.set_purpose_title(rows[i].purpose_title);
  }
  return Ok();
}

Status ContactService::Erase(const rpc::CallContext& call, const v1::EraseContactRequest& request,
                             v1::EraseContactResponse& response) {
  std::vector<Violation> violations;
  const Uuid id = ReadContactName(request.name(), "name", violations);
  if (!IsReason(request.reason()))
    violations.push_back({"reason", "REASON_SYNTAX",
                          "Give 1-63 upper-case letters, digits and underscores, for example DATA_SUBJECT_REQUEST."});
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(std::optional<Erased> erased,
           contact::EraseContact(database_, *sealer, id, request.reason(), clock_, call.deadline));
  if (!erased.has_value()) return NoSuchContact();
  copies_.Changed(call.tenant, {{id, erased->version}});
  copies_.Changed(call.tenant, erased->parts);
  response.set_version(erased->version);
  response.set_keys_destroyed(erased->keys_destroyed);
  Committed();
  return Ok();
}

}  // namespace vefa::contact
