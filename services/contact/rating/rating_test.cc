#include "services/contact/rating/rating.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "services/contact/rating/rating_filters.h"

namespace vefa::contact {
namespace {

v1::ScoreRule& AddRule(v1::ScoreDefinition& definition, const std::string& code, double points) {
  v1::ScoreRule& rule = *definition.add_rules();
  rule.set_code(code);
  rule.set_points(points);
  return rule;
}
void AddGrade(v1::ScoreDefinition& definition, const std::string& name, double at_least) {
  v1::ScoreGrade& grade = *definition.add_grades();
  grade.set_grade(name);
  grade.set_at_least(at_least);
}

TEST(Rating, AConditionIsWorthItsPointsAndSignalsTheirWeightWithinTheCap) {
  v1::ScoreDefinition definition;
  v1::ScoreRule& condition = AddRule(definition, "in-turkey", 10);
  condition.set_filter("country = TR");
  EXPECT_EQ(WorthOf(condition, true, 5), 10);
  EXPECT_EQ(WorthOf(condition, false, 5), 0);
  v1::ScoreRule& clicks = AddRule(definition, "clicks", 3);
  clicks.mutable_signals()->set_topic("coffee");
  EXPECT_EQ(WorthOf(clicks, false, 2.5), 7.5);
  clicks.mutable_signals()->set_cap(5);
  EXPECT_EQ(WorthOf(clicks, false, 2.5), 5);
  clicks.set_points(-3);
  EXPECT_EQ(WorthOf(clicks, false, 2.5), -5);
}

TEST(Rating, TheHighestGradeThatIsReachedIsGiven) {
  v1::ScoreDefinition definition;
  AddGrade(definition, "B", 40);
  AddGrade(definition, "A", 80);
  AddGrade(definition, "C", 10);
  EXPECT_EQ(GradeOf(definition, 80), "A");
  EXPECT_EQ(GradeOf(definition, 79.99), "B");
  EXPECT_EQ(GradeOf(definition, 9), "");
  EXPECT_EQ(GradeOf(v1::ScoreDefinition(), 50), "");
}

RC_GTEST_PROP(RatingProperty, AScoreIsWithinItsBoundsAndItsSharesMakeItUp, ()) {
  v1::ScoreDefinition definition;
  if (*rc::gen::arbitrary<bool>()) definition.set_minimum(*rc::gen::inRange(-500, 0));
  if (*rc::gen::arbitrary<bool>()) definition.set_maximum(*rc::gen::inRange(1, 500));
  std::vector<double> worth;
  double sum = 0;
  for (int i = *rc::gen::inRange(0, 30); i > 0; --i) {
    v1::ScoreRule& rule = AddRule(definition, "r" + std::to_string(i), *rc::gen::inRange(-1000, 1000) / 10.0);
    const double cap = *rc::gen::inRange(0, 100) / 2.0;
    rule.mutable_signals()->set_cap(cap);
    worth.push_back(WorthOf(rule, false, *rc::gen::inRange(0, 1000) / 10.0));
    RC_ASSERT(cap == 0 || std::abs(worth.back()) <= cap);
    sum += worth.back();
  }
  const CountedScore counted = CountScore(definition, worth);
  RC_ASSERT(counted.score >= MinimumOf(definition));
  RC_ASSERT(counted.score <= MaximumOf(definition));
  double shares = 0;
  for (const ScoreShares& share : counted.shares) shares += share.points;
  RC_ASSERT(std::abs(shares - sum) < 1e-9);
  if (sum > MinimumOf(definition) && sum < MaximumOf(definition)) RC_ASSERT(std::abs(counted.score - sum) < 1e-9);
}

TEST(Rating, WhatFadedALittleIsNotWrittenDown) {
  CountedScore stored{1, 50, "B", {{"clicks", 50}}}, counted{1, 49.97, "B", {{"clicks", 49.97}}};
  EXPECT_TRUE(IsNear(stored, counted));
  counted.shares[0].points = counted.score = 49.9;
  EXPECT_FALSE(IsNear(stored, counted));
  EXPECT_FALSE(IsNear(stored, {2, 50, "B", {{"clicks", 50}}}));
  EXPECT_FALSE(IsNear(stored, {1, 50, "A", {{"clicks", 50}}}));
  EXPECT_FALSE(IsNear(stored, {1, 50, "B", {}}));
}

TEST(Rating, ARuleMovesOnlyWhereThereIsAWay) {
  v1::LifecycleRule rule;
  rule.set_stage(v1::LIFECYCLE_STAGE_PROSPECT);
  EXPECT_EQ(MovesTo(rule, LifecycleStage::kNone), LifecycleStage::kProspect);
  EXPECT_EQ(MovesTo(rule, LifecycleStage::kLead), LifecycleStage::kProspect);
  EXPECT_FALSE(MovesTo(rule, LifecycleStage::kProspect));
  EXPECT_FALSE(MovesTo(rule, LifecycleStage::kLoyal));
  rule.add_from_stages(v1::LIFECYCLE_STAGE_LEAD);
  EXPECT_FALSE(MovesTo(rule, LifecycleStage::kNone));
  rule.set_disabled(true);
  EXPECT_FALSE(MovesTo(rule, LifecycleStage::kLead));
}

TEST(Rating, AKeptFilterIsOfFieldsAloneAndNotEmpty) {
  auto refused = [](const char* text) {
    std::vector<Violation> violations;
    CheckKeptFilter(text, "persona.filter", violations);
    return violations.empty() ? std::string() : violations.front().reason;
  };
  EXPECT_EQ(refused("country = TR AND tags:vip"), "");
  EXPECT_EQ(refused("country = TR mehmet"), "FILTER_WORD_PLACE");
  EXPECT_EQ(refused(""), "REQUIRED");
  EXPECT_EQ(refused("colour = red"), "FILTER_FIELD_UNKNOWN");
}

}  // namespace
}  // namespace vefa::contact
