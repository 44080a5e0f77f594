#include "services/contact/right/rights_service.h"

#include "libs/base/text.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/consent/jurisdiction.h"
#include "services/contact/contact_change.h"
#include "services/contact/merge/merging.h"
#include "services/contact/party/party_store.h"
#include "services/contact/right/limit_store.h"
#include "services/contact/right/right_proto.h"

namespace vefa::contact {
namespace {

using MaybeStep = Result<std::optional<RightsStep>>;

Error NoSuchStep() {
  return {Code::kFailedPrecondition, "RIGHTS_STEP", "From where the request is there is no such step; see the states of the contract."};
}

// Whose law counts, and by when that wants an answer.
void SetClock(RightsRequest& request, const std::string& country, std::vector<Violation>& violations) {
  if (request.profile.empty()) request.profile = JurisdictionOf(country);
  const RightProfile* profile = FindRightProfile(request.profile, request.receive_time);
  if (profile == nullptr)
    return violations.push_back({"rights_request.profile", "PROFILE_UNKNOWN", "Give a code of ListRightsProfiles, or nothing."});
  request.profile_version = profile->version;
  request.due_time = DueTime(*profile, request.receive_time, false);
}

}  // namespace

#define VEFA_SERVE_RIGHT(method, Request, Response, handler)                                                    \
  grpc::ServerUnaryReactor* RightsService::method(grpc::CallbackServerContext* context,                         \
                                                  const v1::Request* request, v1::Response* response) {         \
    return rpc::Serve(door_, context, {#method, request},                                                                  \
                      [=, this](const rpc::CallContext& call) { return handler(call, *request, *response); });  \
  }
VEFA_SERVE_RIGHT(CreateRightsRequest, CreateRightsRequestRequest, RightsRequest, Create)
VEFA_SERVE_RIGHT(GetRightsRequest, GetRightsRequestRequest, RightsRequest, Get)
VEFA_SERVE_RIGHT(ListRightsRequests, ListRightsRequestsRequest, ListRightsRequestsResponse, List)
VEFA_SERVE_RIGHT(AskIdentity, AskIdentityRequest, RightsRequest, Ask)
VEFA_SERVE_RIGHT(ConfirmIdentity, ConfirmIdentityRequest, RightsRequest, Confirm)
VEFA_SERVE_RIGHT(ExtendRightsRequest, ExtendRightsRequestRequest, RightsRequest, Extend)
VEFA_SERVE_RIGHT(FulfillRightsRequest, FulfillRightsRequestRequest, RightsRequest, Fulfill)
VEFA_SERVE_RIGHT(CloseRightsRequest, CloseRightsRequestRequest, RightsRequest, Close)
VEFA_SERVE_RIGHT(GetErasureReport, GetErasureReportRequest, ErasureReport, Report)
#undef VEFA_SERVE_RIGHT

grpc::ServerUnaryReactor* RightsService::ListRightsProfiles(grpc::CallbackServerContext* context, const v1::ListRightsProfilesRequest*,
                                                            v1::ListRightsProfilesResponse* response) {
  return rpc::Serve(door_, context, "ListRightsProfiles", [=, this](const rpc::CallContext&) { return Profiles(*response); });
}

Status RightsService::Create(const rpc::CallContext& call, const v1::CreateRightsRequestRequest& request, v1::RightsRequest& response) {
  std::vector<Violation> violations;
  const Time now = clock_.Now();
  RightsRequest wanted = FromProto(request.rights_request(), now, violations);
  Normalise(wanted, now, violations);
  // What the country decides is known below; what was said is held to here, so that everything is told at once.
  SetClock(wanted, "", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::RightsRequest> {
    VEFA_TRY(auto limited, LockLimits(transaction, call.tenant, wanted.contact));
    if (!limited) return NoSuchContact();
    if (limited->erased) return ContactErased();
    if (!limited->merged_into.is_nil()) return ContactMerged(limited->merged_into);
    RightsRequest made = wanted;
    if (request.rights_request().profile().empty()) {
      made.profile.clear();
      SetClock(made, limited->country, violations);
    }
    VEFA_TRY_OK(InsertRightsRequest(transaction, call.tenant, made, call.principal.subject, clock_));
    return ToProto(made);
  };
  rpc::Attempt attempt{call.tenant, request.request_id(), "CreateRightsRequest", request.rights_request().SerializeAsString()};
  VEFA_TRY(response, Once<v1::RightsRequest>(database_, attempt, call.deadline, work,
                                             [](const v1::RightsRequest& made) { return made.contact(); }));
  Committed();
  return Ok();
}

Status RightsService::Get(const rpc::CallContext& call, const v1::GetRightsRequestRequest& request, v1::RightsRequest& response) {
  VEFA_TRY(Uuid id, ParseResourceName(kRightsRequests, request.name()));
  VEFA_TRY(auto found, contact::GetRightsRequest(database_, call.tenant, id, call.deadline));
  if (!found) return NoSuchRightsRequest();
  VEFA_TRY(auto steps, ListRightsSteps(database_, call.tenant, id, call.deadline));
  response = ToProto(*found);
  for (const RightsStep& step : steps) *response.add_steps() = ToProto(step);
  return Ok();
}

Status RightsService::List(const rpc::CallContext& call, const v1::ListRightsRequestsRequest& request,
                           v1::ListRightsRequestsResponse& response) {
  RightsPage page;
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  std::vector<Violation> violations;
  if (!request.contact().empty()) {
    auto contact = ParseResourceName("contacts", request.contact());
    if (contact.ok()) page.contact = *contact;
    if (!contact.ok()) violations.push_back({"contact", "NAME_SYNTAX", "Give contacts/ and a UUID."});
  }
  page.show_closed = request.show_closed();
  if (request.has_due_before()) page.due_before = rpc::FromProto(request.due_before());
  if (request.overdue()) page.due_before = std::min(page.due_before.value_or(clock_.Now()), clock_.Now());
  if (page.due_before && (page.show_closed || !request.contact().empty()))
    violations.push_back({request.overdue() ? "overdue" : "due_before", "NOT_BOTH",
                          "Ask for open ones by when they are due, or for those of a contact and the closed ones."});
  if (!violations.empty()) return Violations(std::move(violations));
  const std::string scope = "ListRightsRequests|" + call.tenant.ToString() + "|" + request.contact() + (page.show_closed ? "|closed" : "") +
                            (request.overdue() ? "|overdue" : "") + (request.has_due_before() ? ToRfc3339(rpc::FromProto(request.due_before())) : "");
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 2));
  if (!keys.empty()) {
    VEFA_TRY(page.after, Uuid::Parse(keys[0]));
    VEFA_TRY(page.after_due, ParseTime(keys[1]));
  }
  // One row more than asked for tells whether there is a next page.
  const int wanted = page.size++;
  VEFA_TRY(auto requests, contact::ListRightsRequests(database_, call.tenant, page, call.deadline));
  if (static_cast<int>(requests.size()) > wanted) {
    requests.pop_back();
    response.set_next_page_token(
        rpc::MakePageToken(secret_, scope, {requests.back().id.ToString(), ToRfc3339(requests.back().due_time)}));
  }
  for (const RightsRequest& one : requests) *response.add_rights_requests() = ToProto(one);
  return Ok();
}

Status RightsService::Change(const rpc::CallContext& call, const Uuid& id, const Rule& rule, v1::RightsRequest& response) {
  VEFA_TRY(response, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                             [&](postgres::Transaction& transaction) -> Result<v1::RightsRequest> {
                                               VEFA_TRY(auto request, LockRightsRequest(transaction, call.tenant, id));
                                               if (!request) return NoSuchRightsRequest();
                                               VEFA_TRY(std::optional<RightsStep> step, rule(transaction, *request));
                                               if (!step) return ToProto(*request);
                                               step->state = request->state;
                                               step->actor = call.principal.subject;
                                               VEFA_TRY_OK(WriteRightsRequest(transaction, call.tenant, *request, *step, clock_));
                                               return ToProto(*request);
                                             }));
  Committed();
  return Ok();
}

Status RightsService::Ask(const rpc::CallContext& call, const v1::AskIdentityRequest& request, v1::RightsRequest& response) {
  VEFA_TRY(Uuid id, ParseResourceName(kRightsRequests, request.name()));
  return Change(
      call, id,
      [](postgres::Transaction&, RightsRequest& known) -> MaybeStep {
        if (known.state == RightState::kIdentityCheck) return std::optional<RightsStep>();
        if (!MayStep(known.kind, known.state, RightState::kIdentityCheck)) return NoSuchStep();
        known.state = RightState::kIdentityCheck;
        return std::optional(RightsStep{.action = "IDENTITY_ASKED"});
      },
      response);
}

Status RightsService::Confirm(const rpc::CallContext& call, const v1::ConfirmIdentityRequest& request, v1::RightsRequest& response) {
  VEFA_TRY(Uuid id, ParseResourceName(kRightsRequests, request.name()));
  if (!v1::RightsRequest::IdentityMethod_IsValid(request.method()) || request.method() == v1::RightsRequest::IDENTITY_METHOD_UNSPECIFIED)
    return Violations({{"method", "REQUIRED", "Say how it was seen, for example IDENTITY_METHOD_DOCUMENT."}});
  return Change(
      call, id,
      [&](postgres::Transaction&, RightsRequest& known) -> MaybeStep {
        if (known.state == RightState::kInProgress) return std::optional<RightsStep>();
        if (!MayStep(known.kind, known.state, RightState::kInProgress)) return NoSuchStep();
        known.state = RightState::kInProgress;
        known.identity_method = static_cast<int16_t>(request.method());
        known.identity_checked_by = call.principal.subject;
        known.identity_time = clock_.Now();
        return std::optional(RightsStep{.action = "IDENTITY_CHECKED"});
      },
      response);
}

Status RightsService::Extend(const rpc::CallContext& call, const v1::ExtendRightsRequestRequest& request, v1::RightsRequest& response) {
  VEFA_TRY(Uuid id, ParseResourceName(kRightsRequests, request.name()));
  std::vector<Violation> violations;
  if (!IsReason(request.reason()))
    violations.push_back({"reason", "REASON_SYNTAX",
                          "Give 1-63 upper-case letters, digits and underscores, for example MANY_REQUESTS."});
  const Time told = request.has_tell_time() ? rpc::FromProto(request.tell_time()) : Time{};
  if (!request.has_tell_time() || told > clock_.Now())
    violations.push_back({"tell_time", "REQUIRED", "Give when she was told, which is not later than now."});
  if (!violations.empty()) return Violations(std::move(violations));
  return Change(
      call, id,
      [&](postgres::Transaction&, RightsRequest& known) -> MaybeStep {
        if (told < known.receive_time)
          return Violations({{"tell_time", "BEFORE_IT_CAME", "Give when she was told, which is not before it came in."}});
        VEFA_TRY(known.due_time, Extended(known, told));
        known.extend_time = told;
        known.extend_reason = request.reason();
        return std::optional(RightsStep{.action = "EXTENDED", .reason = request.reason()});
      },
      response);
}

Status RightsService::Close(const rpc::CallContext& call, const v1::CloseRightsRequestRequest& request, v1::RightsRequest& response) {
  VEFA_TRY(Uuid id, ParseResourceName(kRightsRequests, request.name()));
  std::vector<Violation> violations;
  const auto state = static_cast<RightState>(request.state());
  if (state != RightState::kRejected && state != RightState::kWithdrawn)
    violations.push_back({"state", "REQUIRED", "Give STATE_REJECTED or STATE_WITHDRAWN."});
  if (!IsReason(request.reason()))
    violations.push_back({"reason", "REASON_SYNTAX",
                          "Give 1-63 upper-case letters, digits and underscores, for example IDENTITY_NOT_SHOWN."});
  if (!violations.empty()) return Violations(std::move(violations));
  return Change(
      call, id,
      [&](postgres::Transaction&, RightsRequest& known) -> MaybeStep {
        if (known.state == state) return std::optional<RightsStep>();
        if (!MayStep(known.kind, known.state, state)) return NoSuchStep();
        known.state = state;
        known.close_reason = request.reason();
        return std::optional(RightsStep{.action = state == RightState::kRejected ? "REJECTED" : "WITHDRAWN", .reason = request.reason()});
      },
      response);
}

Status RightsService::Profiles(v1::ListRightsProfilesResponse& response) {
  for (const RightProfile& profile : RightProfiles()) *response.add_profiles() = ToProto(profile);
  return Ok();
}

}  // namespace vefa::contact
