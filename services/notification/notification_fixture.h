#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "libs/rpc/peer.h"
#include "libs/testing/engines.h"
#include "services/notification/notification_service.h"
#include "services/notification/testing/contact_peer.h"
#include "services/notification/testing/requests.h"

std::vector<vefa::postgres::Migration> vefa_notification_migrations();

namespace vefa::notification {

// The service behind a real gRPC server, on a real database, with contact behind another server.
class NotificationFixture : public ::testing::Test {
 protected:
  using Stub = v1::NotificationService::Stub;

  NotificationFixture() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    stub_ = v1::NotificationService::NewStub(peer_->channel());
  }
  ~NotificationFixture() override { server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const Request& request, std::vector<std::string> permissions = {"*"}) {
    return rpc::Call(*peer_, *stub_, method, request, tenant_, std::move(permissions),
                     Deadline::After(std::chrono::seconds(20)));
  }
  // A call without a principal, as the gateway makes it for a person who has no account.
  template <typename Request, typename Response>
  Result<Response> Public(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                          const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(20, GPR_TIMESPAN)));
    Response response;
    grpc::Status status = ((*stub_).*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }
  // A contact who may be written to.
  Uuid Person(ConsentState consent = ConsentState::kGranted, const std::string& language = "en") {
    Uuid id = NewUuidV7(clock_);
    contact_.Put(id, {"p." + id.ToString() + "@d.example", "Person", language, consent});
    return id;
  }
  v1::SubmitMessagesResponse Submit(const v1::SubmitMessagesRequest& request) {
    auto response = Call(&Stub::SubmitMessages, request);
    EXPECT_TRUE(response.ok()) << response.error().message;
    return response.ok() ? *response : v1::SubmitMessagesResponse();
  }
  std::string TokenOf(const std::string& message) {
    int32_t ordinal = *TenantOrdinal(database_.service(), tenant_, Deadline::After(std::chrono::seconds(20)));
    return token_key_.Unsubscribe({static_cast<uint32_t>(ordinal), *ParseResourceName("messages", message), 0});
  }
  int64_t Count(const std::string& sql) { return database_.Count(sql); }

  SystemClock clock_;
  testing::TestDatabase database_{vefa_notification_migrations()};
  Uuid tenant_ = database_.tenant();
  ContactPeer contact_;
  telemetry::Metrics metrics_;
  rpc::PrincipalKey key_{std::string(32, 'k')};
  TokenKey token_key_{std::string(32, 't')};
  runtime::WorkerPool pool_{4, {.waiting_max = 64}};
  rpc::TenantDirectory tenants_{database_.service()};
  rpc::Door door_{"vefa.notification.v1.NotificationService", pool_, key_, tenants_, metrics_, clock_};
  Recipients recipients_{contact_.address(), key_};
  std::atomic<int> committed_{0};
  NotificationService service_{door_,  database_.service(), recipients_,         token_key_,
                               clock_, metrics_,            key_.secret(),       [this] { ++committed_; }};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<rpc::Peer> peer_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace vefa::notification
