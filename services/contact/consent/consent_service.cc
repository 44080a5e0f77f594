#include "services/contact/consent/consent_service.h"

#include "libs/proof/proof.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/consent/consent_check.h"
#include "services/contact/consent/consent_point.h"
#include "services/contact/consent/consent_proto.h"
#include "services/contact/consent/proof_source.h"

namespace vefa::contact {
namespace {

constexpr int kQuestionsMax = 1000;

using ProofAnswers = rpc::AnswerSource<v1::ExportConsentProofResponse>;

std::vector<ConsentQuestion> ReadQuestions(const v1::CheckConsentRequest& request, std::vector<Violation>& violations) {
  std::vector<ConsentQuestion> questions;
  questions.reserve(static_cast<size_t>(request.questions_size()));
  for (int i = 0; i < request.questions_size(); ++i) {
    const v1::ConsentQuestion& proto = request.questions(i);
    auto contact = ParseResourceName("contacts", proto.contact());
    const bool channel = v1::Channel_IsValid(proto.channel()) && proto.channel() != v1::CHANNEL_UNSPECIFIED;
    const Uuid point = contact.ok() && !proto.point().empty() ? PointOf(*contact, proto.point()) : Uuid{};
    const bool pointed = proto.point().empty() || !contact.ok() || !point.is_nil();
    if (contact.ok() && channel && pointed && IsSlug(proto.purpose())) {
      questions.push_back({*contact, proto.purpose(), static_cast<Channel>(proto.channel()), point});
      continue;
    }
    const std::string path = "questions[" + std::to_string(i) + "].";
    if (!contact.ok()) violations.push_back({path + "contact", "NAME_SYNTAX", "Give contacts/ and a UUID."});
    if (!IsSlug(proto.purpose())) violations.push_back({path + "purpose", "PURPOSE_SYNTAX", "Give the purpose to check."});
    if (!channel) violations.push_back({path + "channel", "CHANNEL_UNKNOWN", "Give a channel of the contract."});
    if (!pointed) violations.push_back({path + "point", "NAME_SYNTAX", "Give a point of the same contact: contacts/{uuid}/points/{uuid}."});
  }
  return questions;
}

}  // namespace

grpc::ServerUnaryReactor* ConsentService::CheckConsent(grpc::CallbackServerContext* context, const v1::CheckConsentRequest* request,
                                                       v1::CheckConsentResponse* response) {
  return rpc::Serve(door_, context, {"CheckConsent", request},
                    [=, this](const rpc::CallContext& call) { return Check(call, *request, *response); });
}

grpc::ServerBidiReactor<v1::ExportConsentProofRequest, v1::ExportConsentProofResponse>* ConsentService::ExportConsentProof(
    grpc::CallbackServerContext* context) {
  return rpc::ServeAnswers<v1::ExportConsentProofRequest, v1::ExportConsentProofResponse>(
      door_, context, "ExportConsentProof",
      [this](const rpc::CallContext& call, const v1::ExportConsentProofRequest& request) -> Result<std::unique_ptr<ProofAnswers>> {
        Uuid contact;
        if (!request.contact().empty()) {
          VEFA_TRY(contact, ParseResourceName("contacts", request.contact()));
          VEFA_TRY(bool known, ContactIsKnown(database_, call.tenant, contact, call.deadline));
          if (!known) return NotFound("CONTACT_NOT_FOUND", "There is no such contact; check the name.");
        }
        VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
        return std::unique_ptr<ProofAnswers>(new ProofSource(database_, std::move(sealer), key_, clock_, contact));
      });
}

grpc::ServerUnaryReactor* ConsentService::GetConsentProofKey(grpc::CallbackServerContext* context,
                                                             const v1::GetConsentProofKeyRequest*, v1::ConsentProofKey* response) {
  return rpc::Serve(door_, context, "GetConsentProofKey", [=, this](const rpc::CallContext&) {
    response->set_key_id(proof::KeyId(key_.public_key()));
    response->set_algorithm("Ed25519");
    response->set_public_key(key_.public_key());
    return Ok();
  });
}

grpc::ServerUnaryReactor* ConsentService::ListConsentProfiles(grpc::CallbackServerContext* context, const v1::ListConsentProfilesRequest*,
                                                              v1::ListConsentProfilesResponse* response) {
  return rpc::Serve(door_, context, "ListConsentProfiles", [=](const rpc::CallContext&) {
    for (const ConsentProfile& profile : ConsentProfiles()) *response->add_profiles() = ToProto(profile);
    return Ok();
  });
}

Status ConsentService::Check(const rpc::CallContext& call, const v1::CheckConsentRequest& request, v1::CheckConsentResponse& response) {
  if (request.questions_size() > kQuestionsMax) return InvalidArgument("BATCH_TOO_LARGE", "Ask for at most 1,000 at once.");
  std::vector<Violation> violations;
  std::vector<ConsentQuestion> questions = ReadQuestions(request, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  if (questions.empty()) return Ok();
  VEFA_TRY(auto decisions, CheckConsents(database_, call.tenant, questions, clock_.Now(), call.deadline));
  response.mutable_decisions()->Reserve(static_cast<int>(decisions.size()));
  for (const ConsentDecision& decision : decisions) {
    v1::ConsentDecision& proto = *response.add_decisions();
    proto.set_allowed(decision.allowed);
    proto.set_reason(static_cast<v1::ConsentDecision::Reason>(decision.reason));
    if (decision.since) *proto.mutable_since() = rpc::ToProto(*decision.since);
    proto.set_line(decision.line);
    if (decision.profile == nullptr) continue;
    proto.set_profile(std::string(decision.profile->code));
    proto.set_profile_version(decision.profile->version);
  }
  return Ok();
}

}  // namespace vefa::contact
