#include "services/contact/affiliation/affiliation_service.h"

#include "libs/rpc/mask.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "services/contact/affiliation/affiliation_events.h"
#include "services/contact/affiliation/affiliation_proto.h"
#include "services/contact/party/party_store.h"

namespace vefa::contact {
namespace {

constexpr std::string_view kAffiliationFields[] = {"role",     "title",   "department", "valid_from",
                                                   "valid_to", "primary", "influence"};

// Whom an answer is about: erased with the person.
std::string PersonOf(const v1::Affiliation& affiliation) { return affiliation.contact(); }

}  // namespace

#define VEFA_SERVE(method, Request, Response, handler)                                                        \
  grpc::ServerUnaryReactor* AffiliationService::method(grpc::CallbackServerContext* context,                  \
                                                       const v1::Request* request, v1::Response* response) {  \
    return rpc::Serve(door_, context, {#method, request},                                                                \
                      [=, this](const rpc::CallContext& call) { return handler(call, *request, *response); }); \
  }
VEFA_SERVE(CreateAffiliation, CreateAffiliationRequest, Affiliation, Create)
VEFA_SERVE(GetAffiliation, GetAffiliationRequest, Affiliation, Get)
VEFA_SERVE(ListAffiliations, ListAffiliationsRequest, ListAffiliationsResponse, List)
VEFA_SERVE(UpdateAffiliation, UpdateAffiliationRequest, Affiliation, Update)
VEFA_SERVE(EndAffiliation, EndAffiliationRequest, Affiliation, End)
#undef VEFA_SERVE

Status AffiliationService::Create(const rpc::CallContext& call, const v1::CreateAffiliationRequest& request,
                                  v1::Affiliation& response) {
  Affiliation affiliation;
  std::vector<Violation> violations;
  Take(request.affiliation(), nullptr, "affiliation.", affiliation, violations);
  Normalise(affiliation, "affiliation.", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Affiliation> {
    VEFA_TRY_OK(HoldParties(transaction, call.tenant,
                            {{Party::Kind::kContact, affiliation.contact},
                             {Party::Kind::kOrganization, affiliation.organization}}));
    VEFA_TRY(Affiliation made, contact::CreateAffiliation(transaction, call.tenant, affiliation, clock_));
    return ToProto(made);
  };
  rpc::Attempt attempt{call.tenant, request.request_id(), "CreateAffiliation", request.affiliation().SerializeAsString()};
  VEFA_TRY(response, Once<v1::Affiliation>(database_, attempt, call.deadline, work, PersonOf));
  Committed();
  return Ok();
}

Status AffiliationService::Get(const rpc::CallContext& call, const v1::GetAffiliationRequest& request,
                               v1::Affiliation& response) {
  VEFA_TRY(Uuid id, ParseResourceName("affiliations", request.name()));
  VEFA_TRY(auto found, contact::GetAffiliation(database_, call.tenant, id, call.deadline));
  if (!found) return NoSuchAffiliation();
  response = ToProto(*found);
  return Ok();
}

Status AffiliationService::List(const rpc::CallContext& call, const v1::ListAffiliationsRequest& request,
                                v1::ListAffiliationsResponse& response) {
  AffiliationPage page;
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  if (request.contact().empty() == request.organization().empty())
    return Violations({{"contact", "ONE_OF", "Give either a contact or an organisation."}});
  std::vector<Violation> violations;
  page.as_of_day = DateFromProto(request.as_of_date(), "as_of_date", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  if (!request.contact().empty()) {
    VEFA_TRY(page.contact, ParseResourceName("contacts", request.contact()));
  } else {
    VEFA_TRY(page.organization, ParseResourceName("organizations", request.organization()));
  }
  std::string scope = "ListAffiliations|" + call.tenant.ToString() + "|" + request.contact() + "|" +
                      request.organization() + "|" + std::to_string(page.as_of_day.value_or(INT32_MIN));
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  if (!keys.empty()) {
    VEFA_TRY(page.after, Uuid::Parse(keys.front()));
  }
  // One row more than asked for tells whether there is a next page.
  int wanted = page.size++;
  VEFA_TRY(auto affiliations, contact::ListAffiliations(database_, call.tenant, page, call.deadline));
  if (static_cast<int>(affiliations.size()) > wanted) {
    affiliations.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {affiliations.back().id.ToString()}));
  }
  for (const Affiliation& affiliation : affiliations) *response.add_affiliations() = ToProto(affiliation);
  return Ok();
}

Status AffiliationService::Update(const rpc::CallContext& call, const v1::UpdateAffiliationRequest& request,
                                  v1::Affiliation& response) {
  VEFA_TRY(Uuid id, ParseResourceName("affiliations", request.affiliation().name()));
  VEFA_TRY(rpc::Mask mask, rpc::Mask::Read(request.update_mask(), request.affiliation(), kAffiliationFields));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Affiliation> {
    VEFA_TRY(auto known, FindAffiliation(transaction, call.tenant, id));
    if (!known) return NoSuchAffiliation();
    VEFA_TRY_OK(HoldPeople(transaction, call.tenant, {{Party::Kind::kContact, known->contact}}));
    VEFA_TRY(auto before, HoldAffiliation(transaction, call.tenant, id));
    if (!before) return NoSuchAffiliation();
    VEFA_TRY_OK(rpc::CheckEtag(request.affiliation().etag(), EtagOf(before->version)));
    Affiliation after = *before;
    std::vector<Violation> broken;
    Take(request.affiliation(), &mask, "affiliation.", after, broken);
    Normalise(after, "affiliation.", broken);
    if (!broken.empty()) return Violations(std::move(broken));
    if (after == *before) return ToProto(after);
    VEFA_TRY(Affiliation changed,
             ChangeAffiliation(transaction, call.tenant, std::move(after), kAffiliationUpdatedType, clock_));
    return ToProto(changed);
  };
  v1::UpdateAffiliationRequest asked = request;
  asked.clear_request_id();
  rpc::Attempt attempt{call.tenant, request.request_id(), "UpdateAffiliation", asked.SerializeAsString()};
  VEFA_TRY(response, Once<v1::Affiliation>(database_, attempt, call.deadline, work, PersonOf));
  Committed();
  return Ok();
}

Status AffiliationService::End(const rpc::CallContext& call, const v1::EndAffiliationRequest& request,
                               v1::Affiliation& response) {
  VEFA_TRY(Uuid id, ParseResourceName("affiliations", request.name()));
  std::vector<Violation> violations;
  std::optional<int32_t> last = DateFromProto(request.valid_to(), "valid_to", violations);
  if (!last && violations.empty()) violations.push_back({"valid_to", "REQUIRED", "Say which day is the last."});
  if (!violations.empty()) return Violations(std::move(violations));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Affiliation> {
    VEFA_TRY(auto before, HoldAffiliation(transaction, call.tenant, id));
    if (!before) return NoSuchAffiliation();
    if (before->valid_to == last) return ToProto(*before);
    if (before->valid_to)
      return Error{Code::kFailedPrecondition, "AFFILIATION_ENDED",
                   "Another last day was said before; change valid_to by an update if it was wrong."};
    Affiliation after = *before;
    after.valid_to = last;
    std::vector<Violation> broken;
    Normalise(after, "", broken);
    if (!broken.empty()) return Violations(std::move(broken));
    VEFA_TRY(Affiliation changed,
             ChangeAffiliation(transaction, call.tenant, std::move(after), kAffiliationEndedType, clock_));
    return ToProto(changed);
  };
  v1::EndAffiliationRequest asked = request;
  asked.clear_request_id();
  rpc::Attempt attempt{call.tenant, request.request_id(), "EndAffiliation", asked.SerializeAsString()};
  VEFA_TRY(response, Once<v1::Affiliation>(database_, attempt, call.deadline, work, PersonOf));
  Committed();
  return Ok();
}

}  // namespace vefa::contact
