#include "services/contact/right/limit_service.h"

#include <algorithm>

#include "libs/rpc/serve.h"
#include "services/contact/contact_change.h"

namespace vefa::contact {
namespace {

constexpr std::string_view kLimitsEnd = "/processingLimits";
constexpr int kLiftedMax = 50;  // Purposes of one call.

Result<Uuid> ParseLimitsName(std::string_view name) {
  if (name.ends_with(kLimitsEnd)) {
    auto id = ParseResourceName("contacts", name.substr(0, name.size() - kLimitsEnd.size()));
    if (id.ok()) return *id;
  }
  return InvalidArgument("NAME_SYNTAX", "Give a name of the form contacts/{uuid}/processingLimits.");
}

void CheckReason(const std::string& reason, const char* example, std::vector<Violation>& violations) {
  if (!IsReason(reason))
    violations.push_back({"reason", "REASON_SYNTAX",
                          std::string("Give 1-63 upper-case letters, digits and underscores, for example ") + example + "."});
}

}  // namespace

#define VEFA_SERVE_LIMIT(method, Request, handler)                                                              \
  grpc::ServerUnaryReactor* ProcessingLimitService::method(grpc::CallbackServerContext* context,                \
                                                           const v1::Request* request, v1::ProcessingLimits* response) { \
    return rpc::Serve(door_, context, {#method, request},                                                                  \
                      [=, this](const rpc::CallContext& call) { return handler(call, *request, *response); });  \
  }
VEFA_SERVE_LIMIT(GetProcessingLimits, GetProcessingLimitsRequest, Get)
VEFA_SERVE_LIMIT(LiftProcessingLimits, LiftProcessingLimitsRequest, Lift)
VEFA_SERVE_LIMIT(SetLegalHold, SetLegalHoldRequest, Hold)
VEFA_SERVE_LIMIT(LiftLegalHold, LiftLegalHoldRequest, Release)
#undef VEFA_SERVE_LIMIT

Status ProcessingLimitService::Get(const rpc::CallContext& call, const v1::GetProcessingLimitsRequest& request,
                                   v1::ProcessingLimits& response) {
  VEFA_TRY(Uuid contact, ParseLimitsName(request.name()));
  VEFA_TRY(auto limited, FindLimits(database_, call.tenant, contact, call.deadline));
  if (!limited) return NoSuchContact();
  response = ToProto(*limited);
  return Ok();
}

Status ProcessingLimitService::Change(const rpc::CallContext& call, const std::string& name, const std::string& reason,
                                      const Rule& rule, v1::ProcessingLimits& response) {
  VEFA_TRY(Uuid contact, ParseLimitsName(name));
  int64_t made = 0;  // The contact's version, when there is another one.
  VEFA_TRY(LimitedContact after, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                         [&](postgres::Transaction& transaction) -> Result<LimitedContact> {
                                                           made = 0;
                                                           VEFA_TRY(auto limited, LockLimits(transaction, call.tenant, contact));
                                                           if (!limited) return NoSuchContact();
                                                           if (limited->erased) return ContactErased();
                                                           const ProcessingLimits before = limited->limits;
                                                           VEFA_TRY_OK(rule(transaction, *limited));
                                                           if (limited->limits == before) return *limited;
                                                           VEFA_TRY(made, WriteLimits(transaction, call.tenant, *limited, reason, clock_));
                                                           return *limited;
                                                         }));
  if (made != 0) {
    copies_.Changed(call.tenant, {{contact, made}});
    if (relay_ != nullptr) relay_->Wake();
  }
  response = ToProto(after);
  return Ok();
}

Status ProcessingLimitService::Lift(const rpc::CallContext& call, const v1::LiftProcessingLimitsRequest& request,
                                    v1::ProcessingLimits& response) {
  std::vector<Violation> violations;
  CheckReason(request.reason(), "ASKED_BY_PERSON", violations);
  if (!request.restriction() && !request.objections() && request.purposes().empty())
    violations.push_back({"restriction", "REQUIRED", "Say what to lift: restriction, objections, or purposes."});
  if (request.objections() && !request.purposes().empty())
    violations.push_back({"purposes", "NOT_BOTH", "Lift every objection, or those to some purposes."});
  if (request.purposes_size() > kLiftedMax) violations.push_back({"purposes", "TOO_MANY", "Name at most 50 purposes."});
  if (!violations.empty()) return Violations(std::move(violations));
  return Change(
      call, request.name(), request.reason(),
      [&](postgres::Transaction&, LimitedContact& limited) {
        ProcessingLimits& limits = limited.limits;
        if (request.restriction()) limits.restrict_time.reset();
        if (request.objections()) limits.objected.clear();
        std::erase_if(limits.objected,
                      [&](const std::string& code) { return std::ranges::find(request.purposes(), code) != request.purposes().end(); });
        if (limits.objected.empty()) limits.object_time.reset();
        return Ok();
      },
      response);
}

Status ProcessingLimitService::Hold(const rpc::CallContext& call, const v1::SetLegalHoldRequest& request, v1::ProcessingLimits& response) {
  std::vector<Violation> violations;
  CheckReason(request.reason(), "LAWSUIT_2026_17", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  return Change(
      call, request.name(), request.reason(),
      [&](postgres::Transaction& transaction, LimitedContact& limited) -> Status {
        if (limited.limits.hold_time) return Ok();
        limited.limits.hold_time = clock_.Now();
        limited.limits.hold_reason = request.reason();
        return AddHold(transaction, call.tenant, limited, call.principal.subject);
      },
      response);
}

Status ProcessingLimitService::Release(const rpc::CallContext& call, const v1::LiftLegalHoldRequest& request,
                                       v1::ProcessingLimits& response) {
  std::vector<Violation> violations;
  CheckReason(request.reason(), "LAWSUIT_ENDED", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  return Change(
      call, request.name(), request.reason(),
      [&](postgres::Transaction& transaction, LimitedContact& limited) -> Status {
        if (!limited.limits.hold_time) return Ok();
        limited.limits.hold_time.reset();
        limited.limits.hold_reason.clear();
        return EndHold(transaction, call.tenant, limited.contact, request.reason(), call.principal.subject, clock_);
      },
      response);
}

}  // namespace vefa::contact
