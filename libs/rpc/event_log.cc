#include "libs/rpc/event_log.h"

#include "libs/rpc/serve.h"

namespace vefa::rpc {
namespace {

const postgres::Statement kStatus{
    "event_log_status",
    "SELECT (SELECT count(*) FROM event_log WHERE tenant_id = $1), (SELECT count(*) FROM outbox_pending WHERE tenant_id = $1)"};

}  // namespace

grpc::ServerUnaryReactor* EventLogService::GetEventLogStatus(grpc::CallbackServerContext* context,
                                                             const event::v1::GetEventLogStatusRequest*,
                                                             event::v1::EventLogStatus* response) {
  return Serve(door_, context, "GetEventLogStatus", [this, response](const CallContext& call) -> Status {
    VEFA_TRY(postgres::Rows rows, service_.Run(postgres::Scope::Tenant(call.tenant), kStatus,
                                               postgres::Bound(call.tenant), call.deadline));
    response->set_service(source_.service);
    response->set_version(VEFA_VERSION);
    response->set_topic(source_.topic);
    response->set_recorded(rows.Int64(0, 0));
    response->set_pending(rows.Int64(0, 1));
    return Ok();
  });
}

}  // namespace vefa::rpc
