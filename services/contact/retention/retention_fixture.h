#pragma once

#include "services/contact/retention/activity_handler.h"
#include "services/contact/retention/retention_service.h"
#include "services/contact/right/right_fixture.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

namespace vefa::contact {

// The rules and their service beside a real PostgreSQL; the time is the test's.
class RetentionTest : public RightsTest {
 protected:
  using Retentions = v1::RetentionService::Stub;

  RetentionTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&retention_service_);
    retention_server_ = builder.BuildAndStart();
    retention_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    retention_ = v1::RetentionService::NewStub(retention_peer_->channel());
  }
  ~RetentionTest() override { retention_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Retain(grpc::Status (Retentions::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request,
                          std::vector<std::string> permissions = {"*"}) {
    return rpc::Call(*retention_peer_, *retention_, method, request, tenant_, std::move(permissions), Soon());
  }
  Result<v1::RetentionRule> Rule(const std::function<void(v1::RetentionRule&)>& with) {
    v1::SetRetentionRuleRequest request;
    request.mutable_retention_rule()->set_code("cold-leads");
    request.mutable_retention_rule()->set_days(100);
    with(*request.mutable_retention_rule());
    return Retain(&Retentions::SetRetentionRule, request);
  }
  v1::PreviewRetentionResponse Preview() {
    v1::PreviewRetentionRequest request;
    request.set_name("retentionRules/cold-leads");
    auto preview = Retain(&Retentions::PreviewRetention, request);
    EXPECT_TRUE(preview.ok()) << preview.error().message;
    return preview.ok() ? *preview : v1::PreviewRetentionResponse();
  }
  v1::RunRetentionResponse Run(int limit = 0) {
    v1::RunRetentionRequest request;
    request.set_name("retentionRules/cold-leads");
    request.set_limit(limit);
    auto run = Retain(&Retentions::RunRetention, request);
    EXPECT_TRUE(run.ok()) << run.error().message;
    return run.ok() ? *run : v1::RunRetentionResponse();
  }
  // Somebody of whom nothing was heard for so many days.
  std::string Silent(const std::string& external_id, int days) {
    const std::string contact = NewPerson(external_id);
    database_.Run("UPDATE contact SET update_time = now() - interval '" + std::to_string(days) + " days' WHERE id = '" +
                      contact.substr(9) + "'");
    return contact;
  }
  void Order(const std::string& contact, int days_ago) {
    interaction::v1::InteractionEvent proto;
    proto.mutable_order_placed()->set_contact(contact);
    events::Event event;
    event.tenant = tenant_;
    event.type = "order.placed";
    event.occur_time = clock_.Now() - std::chrono::hours(24 * days_ago);
    event.payload = proto.SerializeAsString();
    auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant_}), Soon(), [&](postgres::Transaction& transaction) {
      return ActivityHandler().Apply(transaction, {&event, 1});
    });
    EXPECT_TRUE(done.ok()) << done.error().message;
  }

  ManualClock now_{clock_.Now()};
  const RetentionRunner runner_{database_.service(), keys_, copies_, nullptr, now_};
  rpc::Door retention_door_{"vefa.contact.v1.RetentionService", pool_, key_, tenants_, metrics_, clock_};
  RetentionService retention_service_{retention_door_, database_.service(), runner_, now_};
  std::unique_ptr<grpc::Server> retention_server_;
  std::unique_ptr<rpc::Peer> retention_peer_;
  std::unique_ptr<Retentions> retention_;
};

}  // namespace vefa::contact
