// What is done for a request, and the report of an erasure; the other half of rights_service.h.
#include <algorithm>

#include "services/contact/contact_change.h"
#include "services/contact/contact_erase.h"
#include "services/contact/merge/merging.h"
#include "services/contact/right/erasure_report.h"
#include "services/contact/right/limit_store.h"
#include "services/contact/right/right_proto.h"
#include "services/contact/right/rights_service.h"

namespace vefa::contact {
namespace {

constexpr char kErasureReason[] = "DATA_SUBJECT_REQUEST";

bool IsHandedOut(RightKind kind) { return kind == RightKind::kAccess || kind == RightKind::kPortability; }
bool IsLimit(RightKind kind) { return kind == RightKind::kRestriction || kind == RightKind::kObjection; }

Error NotReady(const char* reason, const char* message) { return {Code::kFailedPrecondition, reason, message}; }

// Brings a limit to hold; those that stand stay as they are.
void Impose(const RightsRequest& request, Time now, ProcessingLimits& limits) {
  if (request.kind == RightKind::kRestriction) {
    if (!limits.restrict_time) limits.restrict_time = now;
    return;
  }
  if (!limits.object_time) limits.object_time = now;
  std::vector<std::string> purposes = request.purposes;
  if (purposes.empty()) purposes.emplace_back(kEveryPurpose);
  limits.objected.insert(limits.objected.end(), purposes.begin(), purposes.end());
  std::ranges::sort(limits.objected);
  const auto twins = std::ranges::unique(limits.objected);
  limits.objected.erase(twins.begin(), twins.end());
}

}  // namespace

Status RightsService::CheckReady(const rpc::CallContext& call, const RightsRequest& known) {
  if (!IsEnd(known.state) && !IsLimit(known.kind) && known.identity_method == 0)
    return NotReady("IDENTITY_UNCHECKED", "Nothing is handed out, changed or erased before it is known who asks; call ConfirmIdentity.");
  if (!MayStep(known.kind, known.state, RightState::kFulfilled))
    return NotReady("RIGHTS_STEP", "From where the request is there is no such step; see the states of the contract.");
  if (known.kind == RightKind::kErasure && !call.principal.May("contacts.erase"))
    return Error{Code::kPermissionDenied, "PERMISSION_MISSING", "To fulfil an erasure takes the permission contacts.erase, too."};
  if (!IsHandedOut(known.kind)) return Ok();
  VEFA_TRY(auto steps, ListRightsSteps(database_, call.tenant, known.id, call.deadline));
  if (std::ranges::none_of(steps, [](const RightsStep& step) { return step.action == "EXPORTED"; }))
    return NotReady("NOTHING_EXPORTED", "Call ExportPerson and hand the document out first.");
  return Ok();
}

Status RightsService::Fulfill(const rpc::CallContext& call, const v1::FulfillRightsRequestRequest& request, v1::RightsRequest& response) {
  VEFA_TRY(Uuid id, ParseResourceName(kRightsRequests, request.name()));
  VEFA_TRY(auto known, contact::GetRightsRequest(database_, call.tenant, id, call.deadline));
  if (!known) return NoSuchRightsRequest();
  if (known->state == RightState::kFulfilled) {
    response = ToProto(*known);
    return Ok();
  }
  VEFA_TRY_OK(CheckReady(call, *known));
  if (IsLimit(known->kind)) return Limit(call, *known, response);
  // Erased first: what fails in between is finished by saying it again.
  if (known->kind == RightKind::kErasure) VEFA_TRY_OK(Erase(call, *known));
  return Change(
      call, id,
      [](postgres::Transaction&, RightsRequest& now) -> Result<std::optional<RightsStep>> {
        if (now.state == RightState::kFulfilled) return std::optional<RightsStep>();
        // Somebody else ended it meanwhile.
        if (!MayStep(now.kind, now.state, RightState::kFulfilled)) return NotReady("RIGHTS_STEP", "The request came to another end.");
        now.state = RightState::kFulfilled;
        return std::optional(RightsStep{.action = "FULFILLED"});
      },
      response);
}

Status RightsService::Limit(const rpc::CallContext& call, const RightsRequest& known, v1::RightsRequest& response) {
  int64_t made = 0;
  VEFA_TRY(response,
           postgres::InTransaction(
               database_, postgres::Scope::Tenant(call.tenant), call.deadline,
               [&](postgres::Transaction& transaction) -> Result<v1::RightsRequest> {
                 made = 0;
                 // The contact before the request, as who erases locks them.
                 VEFA_TRY(auto limited, LockLimits(transaction, call.tenant, known.contact));
                 if (!limited) return NoSuchContact();
                 if (limited->erased) return ContactErased();
                 if (!limited->merged_into.is_nil()) return ContactMerged(limited->merged_into);
                 VEFA_TRY(auto request, LockRightsRequest(transaction, call.tenant, known.id));
                 if (!request) return NoSuchRightsRequest();
                 if (request->state == RightState::kFulfilled) return ToProto(*request);
                 if (!MayStep(request->kind, request->state, RightState::kFulfilled))
                   return NotReady("RIGHTS_STEP", "The request came to another end.");
                 const ProcessingLimits before = limited->limits;
                 Impose(*request, clock_.Now(), limited->limits);
                 if (limited->limits != before) {
                   VEFA_TRY(made, WriteLimits(transaction, call.tenant, *limited, "RIGHTS_REQUEST", clock_));
                 }
                 request->state = RightState::kFulfilled;
                 VEFA_TRY_OK(WriteRightsRequest(transaction, call.tenant, *request,
                                                {request->state, "FULFILLED", "", call.principal.subject, {}}, clock_));
                 return ToProto(*request);
               }));
  if (made != 0) copies_.Changed(call.tenant, {{known.contact, made}});
  Committed();
  return Ok();
}

Status RightsService::Erase(const rpc::CallContext& call, const RightsRequest& known) {
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(std::optional<Erased> erased, EraseContact(database_, *sealer, known.contact, kErasureReason, clock_, call.deadline));
  if (!erased) return NoSuchContact();
  copies_.Changed(call.tenant, {{known.contact, erased->version}});
  copies_.Changed(call.tenant, erased->parts);
  Committed();
  return Ok();
}

Status RightsService::Report(const rpc::CallContext& call, const v1::GetErasureReportRequest& request, v1::ErasureReport& response) {
  VEFA_TRY(Uuid id, ParseResourceName(kRightsRequests, request.name()));
  VEFA_TRY(auto known, contact::GetRightsRequest(database_, call.tenant, id, call.deadline));
  if (!known) return NoSuchRightsRequest();
  if (known->kind != RightKind::kErasure) return NotReady("NO_ERASURE", "Ask for the report of an erasure.");
  VEFA_TRY(response, ReadErasureReport(database_, call.tenant, known->contact, call.deadline));
  return Ok();
}

}  // namespace vefa::contact
