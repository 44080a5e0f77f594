#include "services/contact/retention/retention_service.h"

#include "services/contact/merge/merging.h"
#include "services/contact/retention/activity_handler.h"
#include "services/contact/retention/retention_store.h"
#include "services/contact/right/right_fixture.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

namespace vefa::contact {
namespace {

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
  Result<Response> Retain(grpc::Status (Retentions::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*retention_peer_, *retention_, method, request, tenant_, {"*"}, Soon());
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

  rpc::Door retention_door_{"vefa.contact.v1.RetentionService", pool_, key_, tenants_, metrics_, clock_};
  RetentionService retention_service_{retention_door_, database_.service(), keys_, copies_, nullptr, clock_};
  std::unique_ptr<grpc::Server> retention_server_;
  std::unique_ptr<rpc::Peer> retention_peer_;
  std::unique_ptr<Retentions> retention_;
};

TEST_F(RetentionTest, WhoWasHeardOfIsKept) {
  ASSERT_TRUE(Rule([](auto&) {}).ok());
  const std::string forgotten = Silent("1", 200), fresh = NewPerson("2"), buyer = Silent("3", 200), former = Silent("4", 200),
                    agreed = Silent("5", 200), held = Silent("6", 300);
  Order(buyer, 10);
  Order(former, 150);
  Order(former, 180);
  ASSERT_TRUE(Consent(agreed, v1::Consent::STATE_GRANTED, 24 * 150).ok());
  database_.Run("UPDATE consent_state SET record_time = now() - interval '150 days'");
  ASSERT_TRUE(Hold(held).ok());
  auto preview = Preview();
  EXPECT_EQ(preview.count(), 2);
  EXPECT_EQ(preview.held(), 1);
  ASSERT_EQ(preview.examples_size(), 3);
  EXPECT_EQ(preview.examples(0).contact(), held);
  EXPECT_TRUE(preview.examples(0).held());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact WHERE erase_time IS NOT NULL"), 0) << "a look changes nothing";

  auto first = Run(1);
  EXPECT_EQ(first.erased(), 1);
  EXPECT_TRUE(first.more());
  auto second = Run();
  EXPECT_EQ(second.erased(), 1);
  EXPECT_FALSE(second.more());
  EXPECT_EQ(Run().erased(), 0);
  for (const std::string& gone : {forgotten, former}) EXPECT_TRUE(Get(gone)->has_erase_time());
  for (const std::string& kept : {fresh, buyer, agreed, held}) EXPECT_FALSE(Get(kept)->has_erase_time());
  EXPECT_EQ(Types(forgotten).back(), "contact.erased");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM suppression WHERE source = 'RETENTION_COLD_LEADS'"), 1) << "once for the same address";
  // The rule says that consent does not count.
  ASSERT_TRUE(Rule([](auto& rule) { rule.set_despite_consent(true); }).ok());
  EXPECT_EQ(Run().erased(), 1);
  EXPECT_TRUE(Get(agreed)->has_erase_time());
}

TEST_F(RetentionTest, ARuleIsForItsStagesAndItsPurpose) {
  const std::string lead = Silent("1", 200), other = Silent("2", 200);
  database_.Run("UPDATE contact SET lifecycle_stage = 2 WHERE id = '" + lead.substr(9) + "'");
  ASSERT_TRUE(Rule([](auto& rule) { rule.add_lifecycle_stages(v1::LIFECYCLE_STAGE_LEAD); }).ok());
  EXPECT_EQ(Preview().examples_size(), 1);
  EXPECT_EQ(Preview().examples(0).contact(), lead);
  ASSERT_TRUE(Consent(lead, v1::Consent::STATE_GRANTED, 24 * 150).ok());
  database_.Run("UPDATE consent_state SET record_time = now() - interval '150 days'");
  EXPECT_EQ(Preview().count(), 0);
  ASSERT_TRUE(Rule([](auto& rule) { rule.set_purpose("profiling"); }).ok());
  EXPECT_EQ(Preview().count(), 2) << "agreeing to something else is not agreeing to this";
}

TEST_F(RetentionTest, ASurvivorIsAsYoungAsItsParts) {
  ASSERT_TRUE(Rule([](auto&) {}).ok());
  const std::string ada = Silent("1", 200), twin = Silent("2", 200);
  auto sealer = keys_.ForTenant(tenant_, Soon());
  auto definitions = attributes_.ForTenant(tenant_, Soon());
  auto merged = postgres::InTransaction(database_.service(), postgres::Scope::Tenant(tenant_), Soon(), [&](postgres::Transaction& transaction) {
    return Merging(transaction, **sealer, **definitions, clock_)
        .Unite({{}, *ParseResourceName("contacts", ada), *ParseResourceName("contacts", twin), {}, "", {}, "", {}}, {}, false);
  });
  ASSERT_TRUE(merged.ok()) << merged.error().message;
  database_.Run("UPDATE contact SET update_time = now() - interval '200 days'");
  EXPECT_EQ(Preview().count(), 1);
  Order(twin, 3);
  EXPECT_EQ(Preview().count(), 0);
  Order(twin, 300);
  EXPECT_EQ(Preview().count(), 0) << "an older order takes nothing back";
}

TEST_F(RetentionTest, WhatIsWrongIsSaid) {
  auto refused = Rule([](auto& rule) {
    rule.set_code("No Code");
    rule.set_days(0);
    rule.set_purpose("win-back");
    rule.set_despite_consent(true);
    rule.add_lifecycle_stages(static_cast<v1::LifecycleStage>(77));
  });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().violations.size(), 4u);
  v1::RunRetentionRequest run;
  run.set_name("retentionRules/none");
  EXPECT_EQ(Retain(&Retentions::RunRetention, run).error().reason, "RETENTION_RULE_NOT_FOUND");
  run.set_limit(501);
  EXPECT_EQ(Retain(&Retentions::RunRetention, run).error().violations[0].reason, "OUT_OF_RANGE");
  for (int i = 0; i < kRetentionRulesMax; ++i)
    ASSERT_TRUE(Rule([i](auto& rule) { rule.set_code("rule-" + std::to_string(i)); }).ok());
  EXPECT_EQ(Rule([](auto&) {}).error().reason, "RETENTION_RULES_TOO_MANY");
  v1::DeleteRetentionRuleRequest gone;
  gone.set_name("retentionRules/rule-7");
  ASSERT_TRUE(Retain(&Retentions::DeleteRetentionRule, gone).ok());
  ASSERT_TRUE(Rule([](auto&) {}).ok());
  EXPECT_EQ(Retain(&Retentions::ListRetentionRules, v1::ListRetentionRulesRequest())->retention_rules_size(), kRetentionRulesMax);
}

}  // namespace
}  // namespace vefa::contact
