#include "services/contact/retention/retention_clock.h"

#include "services/contact/retention/retention_fixture.h"

namespace vefa::contact {
namespace {

class RetentionClockTest : public RetentionTest {
 protected:
  // So many of whom something was heard just now.
  void Fresh(int count) {
    for (int i = 0; i < count; ++i) NewPerson("fresh-" + std::to_string(i));
  }
  void Schedule() {
    auto set = Rule([](auto& rule) { rule.set_scheduled(true); });
    ASSERT_TRUE(set.ok()) << set.error().message;
    EXPECT_EQ(rpc::FromProto(set->next_run_time()), now_.Now() + kRunEvery);
  }
  v1::RetentionRule Stored() {
    auto rules = Retain(&Retentions::ListRetentionRules, v1::ListRetentionRulesRequest());
    EXPECT_TRUE(rules.ok() && rules->retention_rules_size() == 1);
    return rules->retention_rules(0);
  }
  int64_t Erased() { return database_.Count("SELECT count(*) FROM contact WHERE erase_time IS NOT NULL"); }
  void RunDue() {
    Status ran = clock_under_test_.RunDue();
    ASSERT_TRUE(ran.ok()) << ran.error().message;
  }
  bool Tells(const std::string& line) { return metrics_.Expose().find("\n" + line + "\n") != std::string::npos; }

  RetentionClock clock_under_test_{database_.pump(), database_.service(), runner_, now_, metrics_, false};
};

TEST_F(RetentionClockTest, OnlyARuleThatSaysSoRunsAndOnceADay) {
  Fresh(30);
  const std::string forgotten = Silent("1", 200), held = Silent("2", 300);
  ASSERT_TRUE(Hold(held).ok());
  ASSERT_TRUE(Rule([](auto&) {}).ok());
  now_.Advance(std::chrono::hours(25));
  RunDue();
  EXPECT_EQ(Erased(), 0) << "nobody said that it runs by itself";
  EXPECT_FALSE(Stored().has_next_run_time());

  Schedule();
  RunDue();
  now_.Advance(std::chrono::hours(23));
  RunDue();
  EXPECT_EQ(Erased(), 0) << "a day to think better of it";
  now_.Advance(std::chrono::hours(2));
  const Time run_time = now_.Now();
  RunDue();
  EXPECT_EQ(Erased(), 1);
  EXPECT_TRUE(Get(forgotten)->has_erase_time());
  EXPECT_FALSE(Get(held)->has_erase_time());
  EXPECT_EQ(Types(forgotten).back(), "contact.erased");
  v1::RetentionRule rule = Stored();
  EXPECT_EQ(rule.last_erased(), 1);
  EXPECT_EQ(rpc::FromProto(rule.last_run_time()), run_time);
  EXPECT_EQ(rpc::FromProto(rule.next_run_time()), run_time + kRunEvery);
  EXPECT_EQ(rule.trouble(), "");
  EXPECT_TRUE(Tells("vefa_contact_retention_erased_total 1"));

  Silent("3", 200);
  now_.Advance(std::chrono::hours(23));
  RunDue();
  EXPECT_EQ(Erased(), 1) << "once a day";
  now_.Advance(std::chrono::hours(1));
  RunDue();
  EXPECT_EQ(Erased(), 2);
  // What is said no more ends.
  ASSERT_TRUE(Rule([](auto&) {}).ok());
  Silent("4", 200);
  now_.Advance(std::chrono::hours(50));
  RunDue();
  EXPECT_EQ(Erased(), 2);
}

TEST_F(RetentionClockTest, ARuleForTooManyWaitsForSomebody) {
  Fresh(17);
  for (const char* id : {"1", "2"}) Silent(id, 200);
  Schedule();
  now_.Advance(kRunEvery);
  RunDue();
  EXPECT_EQ(Erased(), 0) << "two of nineteen are more than a tenth";
  EXPECT_EQ(Stored().trouble(), "RETENTION_SHARE_TOO_LARGE");
  EXPECT_FALSE(Stored().has_last_run_time());
  EXPECT_TRUE(Tells("vefa_contact_retention_blocked 1"));
  EXPECT_TRUE(Tells("vefa_contact_retention_failing 0"));
  EXPECT_EQ(Run(1).erased(), 1);
  EXPECT_EQ(Stored().trouble(), "RETENTION_SHARE_TOO_LARGE") << "one is left";
  EXPECT_EQ(Run().erased(), 1);
  EXPECT_EQ(Stored().trouble(), "");
  RunDue();
  EXPECT_TRUE(Tells("vefa_contact_retention_blocked 0"));
  Silent("3", 200);
  now_.Advance(kRunEvery);
  RunDue();
  EXPECT_EQ(Erased(), 3) << "one of eighteen is not";
  EXPECT_EQ(Stored().last_erased(), 1);
}

TEST_F(RetentionClockTest, AChangedRuleBeginsAnewAndARenamedOneGoesOn) {
  Fresh(10);
  Silent("1", 200);
  Schedule();
  const auto next = Stored().next_run_time();
  now_.Advance(std::chrono::hours(20));
  ASSERT_TRUE(Rule([](auto& rule) {
                rule.set_scheduled(true);
                rule.set_title("Nobody we know");
              }).ok());
  EXPECT_EQ(rpc::FromProto(Stored().next_run_time()), rpc::FromProto(next));
  ASSERT_TRUE(Rule([](auto& rule) {
                rule.set_scheduled(true);
                rule.set_days(150);
              }).ok());
  EXPECT_EQ(rpc::FromProto(Stored().next_run_time()), now_.Now() + kRunEvery);
  now_.Advance(std::chrono::hours(20));
  RunDue();
  EXPECT_EQ(Erased(), 0);
  now_.Advance(std::chrono::hours(4));
  RunDue();
  EXPECT_EQ(Erased(), 1);
}

TEST_F(RetentionClockTest, OneReplicaAtATimeHasARuleAndARunGoesOn) {
  Fresh(3);
  Silent("1", 200);
  Schedule();
  now_.Advance(kRunEvery);
  // Somebody else began, erased seven, and was killed.
  const std::string begun = "to_timestamp(" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now_.Now().time_since_epoch()).count()) + ")";
  database_.Run("UPDATE retention_rule SET run_time = " + begun + ", run_erased = 7, lease_time = " + begun + " + interval '3 minutes'");
  RunDue();
  EXPECT_EQ(Erased(), 0) << "theirs";
  now_.Advance(std::chrono::minutes(4));
  RunDue();
  EXPECT_EQ(Erased(), 1) << "looked at when it began, and not again";
  EXPECT_EQ(Stored().last_erased(), 8);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM retention_rule WHERE run_time IS NULL AND lease_time = '-infinity'"), 1);
}

TEST_F(RetentionClockTest, WhatFailedIsSaidAndTriedAgain) {
  Fresh(10);
  Silent("1", 200);
  Schedule();
  now_.Advance(kRunEvery);
  database_.Run("ALTER TABLE contact_activity RENAME TO activity_elsewhere");
  EXPECT_FALSE(clock_under_test_.RunDue().ok());
  EXPECT_NE(Stored().trouble(), "");
  EXPECT_TRUE(Tells("vefa_contact_retention_failing 1"));
  database_.Run("ALTER TABLE activity_elsewhere RENAME TO contact_activity");
  RunDue();
  EXPECT_EQ(Erased(), 0) << "not at once";
  now_.Advance(std::chrono::minutes(10));
  RunDue();
  EXPECT_EQ(Erased(), 1);
  EXPECT_EQ(Stored().trouble(), "");
  EXPECT_TRUE(Tells("vefa_contact_retention_failing 0"));
}

TEST_F(RetentionClockTest, WhoMayNotRunItMayNotHaveItRun) {
  v1::SetRetentionRuleRequest request;
  request.mutable_retention_rule()->set_code("cold-leads");
  request.mutable_retention_rule()->set_days(100);
  EXPECT_TRUE(Retain(&Retentions::SetRetentionRule, request, {"retention.write"}).ok());
  request.mutable_retention_rule()->set_scheduled(true);
  EXPECT_EQ(Retain(&Retentions::SetRetentionRule, request, {"retention.write"}).error().reason, "PERMISSION_MISSING");
  EXPECT_TRUE(Retain(&Retentions::SetRetentionRule, request, {"retention.write", "retention.run"}).ok());
}

}  // namespace
}  // namespace vefa::contact
