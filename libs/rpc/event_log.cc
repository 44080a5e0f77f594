#include "libs/rpc/event_log.h"

#include <charconv>

#include "libs/rpc/boxes.h"
#include "libs/rpc/event_message.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"

namespace vefa::rpc {
namespace {

constexpr int kDefaultPage = 500;
constexpr char kOpenPermission[] = "pii.read";

const postgres::Statement kStatus{
    "event_log_status",
    "SELECT (SELECT count(*) FROM event_log WHERE tenant_id = $1), (SELECT count(*) FROM outbox_pending WHERE tenant_id = $1)"};

Result<int> EventPageSize(int requested) { return requested == 0 ? Result<int>(kDefaultPage) : PageSize(requested); }

Status CheckSubject(const std::string& subject) {
  if (!subject.empty()) return Ok();
  return Violations({{"subject", "REQUIRED", "Name an aggregate, for example contacts/{uuid}."}});
}

Result<int64_t> ReadPosition(const std::string& secret, const std::string& scope, const std::string& token) {
  VEFA_TRY(std::vector<std::string> keys, ReadPageToken(secret, scope, token, 1));
  int64_t after = 0;
  if (!keys.empty()) std::from_chars(keys[0].data(), keys[0].data() + keys[0].size(), after);
  return after;
}

}  // namespace

Status EventLogService::CheckService(const std::string& asked) const {
  if (asked.empty() || asked == ledger_.source().service) return Ok();
  return InvalidArgument("SERVICE_OTHER",
                         "This is " + ledger_.source().service + ", not " + asked + "; ask through the gateway, or leave service empty.");
}

grpc::ServerUnaryReactor* EventLogService::GetEventLogStatus(grpc::CallbackServerContext* context,
                                                             const event::v1::GetEventLogStatusRequest*,
                                                             event::v1::EventLogStatus* response) {
  return Serve(door_, context, "GetEventLogStatus", [this, response](const CallContext& call) -> Status {
    VEFA_TRY(postgres::Rows rows, service_.Run(postgres::Scope::Tenant(call.tenant), kStatus,
                                               postgres::Bound(call.tenant), call.deadline));
    response->set_service(ledger_.source().service);
    response->set_version(VEFA_VERSION);
    response->set_topic(ledger_.source().topic);
    response->set_recorded(rows.Int64(0, 0));
    response->set_pending(rows.Int64(0, 1));
    return Ok();
  });
}

grpc::ServerUnaryReactor* EventLogService::FetchEvents(grpc::CallbackServerContext* context,
                                                       const event::v1::FetchEventsRequest* request,
                                                       event::v1::FetchEventsResponse* response) {
  return Serve(door_, context, "FetchEvents",
               [=, this](const CallContext& call) { return Fetch(call, *request, *response); });
}

Status EventLogService::Fetch(const CallContext& call, const event::v1::FetchEventsRequest& request,
                              event::v1::FetchEventsResponse& response) {
  VEFA_TRY_OK(CheckService(request.service()));
  VEFA_TRY_OK(CheckSubject(request.subject()));
  if (request.from_version() < 0 || request.to_version() < 0)
    return InvalidArgument("VERSION_NEGATIVE", "Versions begin with 1; leave one out for the first or the newest.");
  VEFA_TRY(int size, EventPageSize(request.page_size()));
  VEFA_TRY(Ledger::Versions page, ledger_.Fetch(call.tenant, request.subject(), request.from_version(),
                                                request.to_version(), size, call.deadline));
  for (const events::Event& event : page.events) *response.add_events() = EventToProto(event, ledger_.source());
  response.set_next_version(page.next);
  return Ok();
}

grpc::ServerUnaryReactor* EventLogService::ReadLedger(grpc::CallbackServerContext* context,
                                                      const event::v1::ReadLedgerRequest* request,
                                                      event::v1::ReadLedgerResponse* response) {
  return Serve(door_, context, "ReadLedger",
               [=, this](const CallContext& call) { return Read(call, *request, *response); });
}

Status EventLogService::Read(const CallContext& call, const event::v1::ReadLedgerRequest& request,
                             event::v1::ReadLedgerResponse& response) {
  VEFA_TRY_OK(CheckService(request.service()));
  VEFA_TRY(int size, EventPageSize(request.page_size()));
  std::string scope = "ReadLedger|" + ledger_.source().service + "|" + call.tenant.ToString();
  VEFA_TRY(int64_t after, ReadPosition(secret_, scope, request.page_token()));
  VEFA_TRY(Ledger::Log page, ledger_.Read(call.tenant, after, size, call.deadline));
  for (const events::Event& event : page.events) *response.add_events() = EventToProto(event, ledger_.source());
  if (page.next > 0) response.set_next_page_token(MakePageToken(secret_, scope, {std::to_string(page.next)}));
  return Ok();
}

grpc::ServerUnaryReactor* EventLogService::GetStateAsOf(grpc::CallbackServerContext* context,
                                                        const event::v1::GetStateAsOfRequest* request,
                                                        event::v1::StateAsOf* response) {
  return Serve(door_, context, "GetStateAsOf",
               [=, this](const CallContext& call) { return StateAsOf(call, *request, *response); });
}

Status EventLogService::CheckOpen(const CallContext& call) const {
  if (!call.principal.May(kOpenPermission)) {
    Error error{Code::kPermissionDenied, "PERMISSION_MISSING",
                std::string("Opening boxes needs the permission ") + kOpenPermission + "; ask an administrator for it."};
    error.metadata["permission"] = kOpenPermission;
    return error;
  }
  if (open_ != nullptr) return Ok();
  return Error{Code::kFailedPrecondition, "PII_KEYS_ELSEWHERE",
               "The keys of personal data are with contact; only its states can be opened."};
}

Status EventLogService::StateAsOf(const CallContext& call, const event::v1::GetStateAsOfRequest& request,
                                  event::v1::StateAsOf& response) {
  VEFA_TRY_OK(CheckService(request.service()));
  VEFA_TRY_OK(CheckSubject(request.subject()));
  if (request.version() < 0) return InvalidArgument("VERSION_NEGATIVE", "Versions begin with 1; leave it out for the newest.");
  if (request.version() > 0 && request.has_time())
    return InvalidArgument("VERSION_AND_TIME", "Name a version or a time, not both.");
  if (request.open()) VEFA_TRY_OK(CheckOpen(call));
  if (rule_.fold == nullptr)
    return Error{Code::kFailedPrecondition, "STATES_NOT_KEPT", "This service has no states; read its events."};
  Moment moment{request.version(), std::nullopt};
  if (request.has_time()) moment.record_time = FromProto(request.time());
  VEFA_TRY(SubjectState at,
           FoldAsOf(ledger_, service_, rule_, call.tenant, request.subject(), moment, call.deadline));
  response.set_subject(request.subject());
  response.set_version(at.version);
  if (at.version == 0) return Ok();
  *response.mutable_record_time() = ToProto(at.record_time);
  if (at.erased) return Ok();
  response.mutable_state()->PackFrom(*at.state);
  if (!request.open()) return Ok();
  return ForEachBox(*at.state, [&](const std::string& path, const event::v1::PiiBox& box) -> Status {
    VEFA_TRY(std::optional<google::protobuf::Any> opened, open_(call.tenant, box, call.deadline));
    if (opened) (*response.mutable_opened())[path] = *std::move(opened);
    return Ok();
  });
}

}  // namespace vefa::rpc
