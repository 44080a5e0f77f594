#include "services/contact/lifecycle/lifecycle_service.h"

#include "libs/rpc/serve.h"
#include "services/contact/contact_proto.h"
#include "services/contact/lifecycle/lifecycle_proto.h"
#include "services/contact/lifecycle/lifecycle_store.h"

namespace vefa::contact {
namespace {

Error NoSuchWay() {
  return {Code::kFailedPrecondition, "STAGE_TRANSITION",
          "From the present stage there is no way to this one; see the stages of the contract."};
}

}  // namespace

grpc::ServerUnaryReactor* LifecycleService::SetLifecycleStage(grpc::CallbackServerContext* context,
                                                              const v1::SetLifecycleStageRequest* request,
                                                              v1::Contact* response) {
  return rpc::Serve(door_, context, {"SetLifecycleStage", request},
                    [=, this](const rpc::CallContext& call) { return Set(call, *request, *response); });
}
grpc::ServerUnaryReactor* LifecycleService::ListLifecycleChanges(grpc::CallbackServerContext* context,
                                                                 const v1::ListLifecycleChangesRequest* request,
                                                                 v1::ListLifecycleChangesResponse* response) {
  return rpc::Serve(door_, context, {"ListLifecycleChanges", request},
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}

Status LifecycleService::Set(const rpc::CallContext& call, const v1::SetLifecycleStageRequest& request,
                             v1::Contact& response) {
  std::vector<Violation> violations;
  const Uuid id = ReadContactName(request.contact(), "contact", violations);
  if (request.stage() == v1::LIFECYCLE_STAGE_UNSPECIFIED || !v1::LifecycleStage_IsValid(request.stage()))
    violations.push_back({"stage", "REQUIRED", "Give a stage, for example LIFECYCLE_STAGE_LEAD."});
  if (!IsReason(request.reason()))
    violations.push_back({"reason", "REASON_SYNTAX",
                          "Give 1-63 upper-case letters, digits and underscores, for example FIRST_ORDER."});
  if (!violations.empty()) return Violations(std::move(violations));
  rpc::Attempt attempt{call.tenant, request.request_id(), "SetLifecycleStage",
                       request.contact() + std::to_string(request.stage()) + request.reason()};
  auto stage = static_cast<LifecycleStage>(request.stage());
  VEFA_TRY(Contact after, change_.Change(call, id, "contact.", attempt, [&](ContactChange& change) -> Status {
    LifecycleStage from = change.after.lifecycle_stage;
    if (from == stage) return Ok();
    if (!MayMove(from, stage)) return NoSuchWay();
    change.after.lifecycle_stage = stage;
    change.event_type = kLifecycleType;
    change.particulars = {{}, from, request.reason()};
    change.written = [&, from](postgres::Transaction& transaction, const Contact& now) {
      return AddLifecycleChange(transaction, call.tenant, id,
                                {from, stage, request.reason(), call.principal.subject, now.version, now.update_time});
    };
    return Ok();
  }));
  response = ToProto(after);
  return Ok();
}

Status LifecycleService::List(const rpc::CallContext& call, const v1::ListLifecycleChangesRequest& request,
                              v1::ListLifecycleChangesResponse& response) {
  VEFA_TRY(Uuid id, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(auto changes, contact::ListLifecycleChanges(database_, call.tenant, id, call.deadline));
  if (!changes) return NoSuchContact();
  for (const LifecycleChange& change : *changes) *response.add_changes() = ToProto(change);
  return Ok();
}

}  // namespace vefa::contact
