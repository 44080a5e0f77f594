#include "services/gateway/grpc_service.h"

#include "libs/rpc/server_limits.h"

namespace vefa::gateway {
namespace {

constexpr std::chrono::seconds kDrainTimeout(5);
constexpr std::chrono::seconds kCheckTimeout(5);
// Longest a unary call may take when its caller named no deadline.
constexpr std::chrono::seconds kLongestCall(30);
constexpr int kStreamsPerConnection = 100;

std::string Metadata(const grpc::CallbackServerContext& context, const char* name) {
  auto found = context.client_metadata().find(name);
  return found == context.client_metadata().end() ? "" : std::string(found->second.data(), found->second.size());
}

}  // namespace

GrpcDoor::GrpcDoor(const std::string& proto_service, runtime::WorkerPool& pool, Callers& callers,
                   const rpc::PrincipalKey& key, rpc::TenantDirectory& tenants, telemetry::Metrics& metrics,
                   const Clock& clock)
    : door_(proto_service, pool, key, tenants, metrics, clock), callers_(callers) {}

runtime::Turn GrpcDoor::TurnOf(const rpc::Door::Method& method, const grpc::CallbackServerContext& context) const {
  std::string authorization = Metadata(context, "authorization");
  if (!authorization.empty()) return {Uuid(), std::move(authorization)};
  auto call = door_.Identify(method, context);
  return call.ok() ? runtime::Turn{call->tenant, call->principal.subject} : runtime::Turn{};
}

Result<GrpcDoor::Admitted> GrpcDoor::Admit(const rpc::Door::Method& method,
                                           const grpc::CallbackServerContext& context) const {
  std::string authorization = Metadata(context, "authorization");
  if (authorization.empty()) {
    VEFA_TRY(rpc::CallContext call, door_.Identify(method, context));
    VEFA_TRY_OK(door_.Admit(call, context));
    return Admitted{std::move(call), ""};
  }
  auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline() - std::chrono::system_clock::now());
  return AdmitSession(method, authorization, Deadline::After(std::min<std::chrono::milliseconds>(left, kLongestCall)));
}

Result<GrpcDoor::Admitted> GrpcDoor::AdmitSession(const rpc::Door::Method& method, const std::string& authorization,
                                                  Deadline deadline) const {
  http::Request request;
  request.method = "GET";
  request.headers.Add("Authorization", authorization);
  VEFA_TRY(Caller caller, callers_.Authenticate(request, CookiePolicy{}, deadline));
  VEFA_TRY_OK(Authorize(caller, method.permission, method.sight));
  Admitted admitted;
  admitted.call.tenant = caller.session.tenant;
  admitted.call.principal = std::move(caller.principal);
  admitted.call.deadline = deadline;
  admitted.token = std::move(caller.token);
  return admitted;
}

Status GrpcDoor::CheckAgain(const rpc::Door::Method& method, const Admitted& admitted) const {
  if (admitted.token.empty()) return Ok();
  auto again = AdmitSession(method, "Bearer " + admitted.token, Deadline::After(kCheckTimeout));
  if (again.ok()) return Ok();
  Code code = again.error().code;
  if (code == Code::kUnavailable || code == Code::kDeadlineExceeded || code == Code::kResourceExhausted) return Ok();
  return std::move(again).error();
}

Result<std::unique_ptr<GrpcServer>> GrpcServer::Start(const std::string& address,
                                                      const std::vector<grpc::Service*>& services) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  VEFA_TRY(auto listener, rpc::Listener::Open(address));
  listener->AddTo(builder, grpc::InsecureServerCredentials());
  rpc::ServerLimits limits;
  limits.streams = kStreamsPerConnection;
  limits.ApplyTo(builder);
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return Internal("SERVER_FAILED", "The gRPC server does not start; the log says why.");
  listener->Start();
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(server), std::move(listener)));
}

GrpcServer::~GrpcServer() { Stop(); }

void GrpcServer::Stop() {
  if (server_ == nullptr) return;
  server_->GetHealthCheckService()->SetServingStatus(false);
  listener_->Stop();
  server_->Shutdown(std::chrono::system_clock::now() + kDrainTimeout);
  server_->Wait();
  server_.reset();
}

}  // namespace vefa::gateway
