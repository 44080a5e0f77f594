#include "services/contact/confirmation/confirmation_service.h"

#include "libs/rpc/serve.h"
#include "services/contact/confirmation/confirmation_store.h"
#include "services/contact/consent/consent_evidence.h"
#include "services/contact/consent/consent_point.h"
#include "services/contact/consent/evidence.h"
#include "services/contact/contact_events.h"
#include "services/contact/contact_store.h"

namespace vefa::contact {
namespace {

v1::Confirmation ToProto(const Asked& asked, ConfirmationState state) {
  v1::Confirmation confirmation;
  confirmation.set_state(static_cast<v1::Confirmation::State>(state));
  confirmation.set_language(asked.language);
  confirmation.set_purpose(asked.purpose_title);
  confirmation.set_text(asked.text);
  return confirmation;
}

Error TooLate(ConfirmationState state) {
  if (state == ConfirmationState::kExpired)
    return Error{Code::kFailedPrecondition, "CONFIRMATION_EXPIRED", "This link was good for seven days; subscribe again to get another one."};
  return Error{Code::kFailedPrecondition, "CONFIRMATION_ENDED", "You have said something else since; subscribe again to get another link."};
}

}  // namespace

grpc::ServerUnaryReactor* ConfirmationService::ReadConfirmation(grpc::CallbackServerContext* context,
                                                                const v1::ReadConfirmationRequest* request, v1::Confirmation* response) {
  return rpc::Serve(door_, context, "ReadConfirmation",
                    [=, this](const rpc::CallContext& call) { return Read(call, *request, *response); });
}

grpc::ServerUnaryReactor* ConfirmationService::ConfirmConsent(grpc::CallbackServerContext* context,
                                                              const v1::ConfirmConsentRequest* request, v1::Confirmation* response) {
  return rpc::Serve(door_, context, "ConfirmConsent",
                    [=, this](const rpc::CallContext& call) { return Confirm(call, *request, *response); });
}

// The token alone says who it is: these calls come from people, who have no account.
Status ConfirmationService::Read(const rpc::CallContext& call, const v1::ReadConfirmationRequest& request, v1::Confirmation& response) {
  VEFA_TRY(ConfirmationLink link, links_.Read(request.token()));
  VEFA_TRY(auto asked, postgres::InTransaction(database_, postgres::Scope::Tenant(link.tenant), call.deadline,
                                               [&](postgres::Transaction& transaction) { return FindAsked(transaction, link, false); }));
  const auto state = asked ? StandingOf(*asked, clock_.Now()) : std::nullopt;
  if (!state) return TokenInvalid();
  response = ToProto(*asked, *state);
  return Ok();
}

Status ConfirmationService::Confirm(const rpc::CallContext& call, const v1::ConfirmConsentRequest& request, v1::Confirmation& response) {
  VEFA_TRY(ConfirmationLink link, links_.Read(request.token()));
  Consent said;
  said.ip = request.origin().ip();
  said.user_agent = request.origin().user_agent();
  std::vector<Violation> violations;
  CheckEvidence(said, "", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(auto sealer, keys_.ForTenant(link.tenant, call.deadline));
  std::vector<ContactVersion> changes;
  Time sent{};
  VEFA_TRY(response, postgres::InTransaction(
                         database_, postgres::Scope::Tenant(link.tenant), call.deadline,
                         [&](postgres::Transaction& transaction) -> Result<v1::Confirmation> {
                           changes.clear();
                           VEFA_TRY(auto asked, FindAsked(transaction, link, true));
                           const auto state = asked ? StandingOf(*asked, clock_.Now()) : std::nullopt;
                           if (!state) return TokenInvalid();
                           if (*state == ConfirmationState::kExpired || *state == ConfirmationState::kEnded) return TooLate(*state);
                           sent = asked->line.record_time;
                           if (*state == ConfirmationState::kWaiting) {
                             VEFA_TRY(ContactVersion made, Agree(transaction, link, *asked, request.origin(), *sealer));
                             changes.push_back(made);
                           }
                           return ToProto(*asked, ConfirmationState::kConfirmed);
                         }));
  copies_.Changed(link.tenant, changes);
  if (relay_ != nullptr && !changes.empty()) relay_->Wake();
  // After it, and again when it is asked again: what was said holds whether or not this comes to pass.
  return Verify(call, link, sent);
}

Status ConfirmationService::Verify(const rpc::CallContext& call, const ConfirmationLink& link, Time asked) {
  rpc::CallContext of_the_person = call;
  of_the_person.tenant = link.tenant;
  auto after = change_.Change(of_the_person, link.contact, "contact.", {link.tenant, "", "ConfirmConsent", ""}, [&](ContactChange& change) -> Status {
    for (ContactPoint& point : change.after.points) {
      // One that was given since is another one.
      if (point.kind != PointKind::kEmail || !point.primary || point.create_time > asked || point.state == PointState::kValid) continue;
      VEFA_TRY_OK(SetState(point, PointState::kValid, clock_.Now()));
      change.event_type = kPointChangedType;
      change.particulars.point = point.id;
    }
    return Ok();
  });
  if (!after.ok() && after.error().reason != "CONTACT_MERGED") return std::move(after).error();
  return Ok();
}

Result<ContactVersion> ConfirmationService::Agree(postgres::Transaction& transaction, const ConfirmationLink& link, const Asked& asked,
                                                  const v1::ConsentOrigin& origin, const Sealer& sealer) {
  // What was asked, agreed to: the same text, by the same means.
  Consent consent = asked.line;
  consent.state = ConsentState::kGranted;
  consent.source = "confirmation of line " + std::to_string(link.line);
  consent.occur_time = consent.record_time = clock_.Now();
  consent.actor = ResourceName("contacts", link.contact);
  consent.ip = origin.ip();
  consent.user_agent = origin.user_agent();
  if (!consent.point.is_nil()) VEFA_TRY_OK(PlaceConsent(transaction, link.tenant, link.contact, consent));
  std::optional<SealedPerson> sealed;
  if (!consent.ip.empty() || !consent.user_agent.empty()) sealed = SealOrigin(consent, sealer, clock_);
  VEFA_TRY(auto recorded, RecordConsents(transaction, link.tenant, {{"", link.contact, consent, {}, {}, sealed}}, clock_));
  if (recorded.front().outcome != Recorded::kNew)
    return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The same is being recorded; try again."};
  return recorded.front().contact;
}

}  // namespace vefa::contact
