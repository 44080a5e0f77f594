#include "services/contact/merge/merging.h"
#include "services/contact/retention/retention_fixture.h"
#include "services/contact/retention/retention_store.h"

namespace vefa::contact {
namespace {

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
