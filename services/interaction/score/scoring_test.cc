#include "services/interaction/score/scoring.h"

#include <gtest/gtest.h>

#include <cmath>

#include "libs/base/text.h"
#include "services/interaction/score/score_proto.h"

namespace vefa::interaction {
namespace {

// Fitted on the CDNOW sample by others.
Models PublishedModels() {
  Models models;
  models.purchases.parameters = {.2425945, 4.4136020, .7929220, 2.4259068};
  models.values.parameters = {6.24957, 3.74422, 15.44352};
  return models;
}

ScoringRun ThirtyNineWeeks() {
  ScoringRun run;
  run.slug = "spring";
  run.as_of_day = 272;
  run.horizon_weeks = 39;
  return run;
}

struct Row {
  int32_t frequency, recency_days, age_days;
  int64_t repeat_minor_units;
  double p_alive, expected_purchases, expected_value;
};

// Customers 1, 2, 3, 6, 7, 9, 157, 2329, 129 and 1901 of the sample, with what lifetimes 0.11.3 says of them.
const Row kRows[] = {{2, 213, 272, 4469, .726620, 1.22599, 24.6539},
                     {1, 12, 272, 1177, .212391, .203419, 18.9100},
                     {0, 0, 272, 0, 1, .194794, 35.1704},
                     {7, 206, 272, 51619, .641835, 3.33757, 71.4647},
                     {1, 35, 272, 1177, .314941, .301637, 18.9100},
                     {2, 250, 272, 5110, .784873, 1.32428, 27.2819},
                     {29, 264, 266, 76158, .969221, 20.0552, 26.3943},
                     {0, 0, 189, 0, 1, .258979, 35.1704},
                     {4, 53, 266, 5448, .0311100, .0982704, 15.7517},
                     {21, 33, 205, 629231, 2.52139e-11, 4.55721e-10, 294.217}};

model::PurchaseHistory History() {
  model::PurchaseHistory history;
  history.as_of_day = 272;
  for (const Row& row : kRows) {
    model::CustomerHistory& customer = history.customers.emplace_back();
    customer.customer.bytes[15] = static_cast<uint8_t>(history.customers.size());
    customer.first_day = 272 - row.age_days;
    customer.last_day = customer.first_day + row.recency_days;
    customer.frequency = row.frequency;
    customer.repeat_minor_units = row.repeat_minor_units;
  }
  return history;
}

TEST(ScoringTest, ScoresAreWhatIndependentImplementationsGive) {
  auto scores = ScoreCustomers(History(), PublishedModels(), ThirtyNineWeeks(), "USD", 0, 500);
  ASSERT_TRUE(scores.ok()) << scores.error().message;
  ASSERT_EQ(scores->size(), std::size(kRows));
  for (size_t i = 0; i < scores->size(); ++i) {
    const Score& score = (*scores)[i];
    EXPECT_NEAR(score.p_alive, kRows[i].p_alive, 1e-5 * kRows[i].p_alive) << i;
    EXPECT_NEAR(score.expected_purchases, kRows[i].expected_purchases, 1e-5 * kRows[i].expected_purchases) << i;
    EXPECT_NEAR(score.expected_value, kRows[i].expected_value, 1e-5 * kRows[i].expected_value) << i;
    EXPECT_DOUBLE_EQ(score.residual_lifetime_value, score.expected_purchases * score.expected_value) << i;
    EXPECT_EQ(score.frequency, kRows[i].frequency);
    EXPECT_DOUBLE_EQ(score.recency_weeks, kRows[i].recency_days / 7.0);
    EXPECT_DOUBLE_EQ(score.age_weeks, kRows[i].age_days / 7.0);
    EXPECT_EQ(score.model, "bg_nbd");
    EXPECT_EQ(score.scoring_run, "spring");
    EXPECT_EQ(score.currency, "USD");
    EXPECT_EQ(score.as_of_day, 272);
  }
}

TEST(ScoringTest, BuyingWithinNinetyDaysDoesNotDependOnTheHorizon) {
  ScoringRun longer = ThirtyNineWeeks();
  longer.horizon_weeks = 52;
  auto scores = ScoreCustomers(History(), PublishedModels(), ThirtyNineWeeks(), "USD", 0, 500);
  auto others = ScoreCustomers(History(), PublishedModels(), longer, "USD", 0, 500);
  const model::BgNbdParameters& parameters = PublishedModels().purchases.parameters;
  for (size_t i = 0; i < scores->size(); ++i) {
    const Score& score = (*scores)[i];
    EXPECT_DOUBLE_EQ(score.p_buy_90d, (*others)[i].p_buy_90d);
    EXPECT_LT(score.expected_purchases, (*others)[i].expected_purchases);
    // P(alive) (1 - (1 + t / (alpha + T))^-(r + x))
    double quiet = std::pow(1 + 90 / 7.0 / (parameters.alpha + score.age_weeks), -(parameters.r + score.frequency));
    EXPECT_NEAR(score.p_buy_90d, score.p_alive * (1 - quiet), 1e-12) << i;
  }
}

TEST(ScoringTest, PartsMakeTheWhole) {
  auto whole = ScoreCustomers(History(), PublishedModels(), ThirtyNineWeeks(), "USD", 0, 500);
  size_t next = 0;
  for (size_t first = 0; first < std::size(kRows); first += 4) {
    auto part = ScoreCustomers(History(), PublishedModels(), ThirtyNineWeeks(), "USD", first, 4);
    for (const Score& score : *part) EXPECT_EQ(score.contact, (*whole)[next++].contact);
  }
  EXPECT_EQ(next, whole->size());
}

TEST(ScoringTest, TooFewCustomersAreRefusedWithASentence) {
  auto models = FitModels(History(), [] {});
  ASSERT_FALSE(models.ok());
  EXPECT_EQ(models.error().reason, "TOO_LITTLE_DATA");
  EXPECT_TRUE(models.error().message.starts_with("The purchase model could not be fitted: ")) << models.error().message;
}

TEST(ScoringTest, OnlyWholeWeeksThatAreOverAreCompared) {
  EXPECT_EQ(ComparableWeeks(100, 100, 39), 0);
  EXPECT_EQ(ComparableWeeks(100, 90, 39), 0);
  EXPECT_EQ(ComparableWeeks(100, 106, 39), 0);
  EXPECT_EQ(ComparableWeeks(100, 107, 39), 1);
  EXPECT_EQ(ComparableWeeks(100, 373, 39), 39);
  EXPECT_EQ(ComparableWeeks(100, 9999, 39), 39);
}

TEST(ScoringRunTest, EveryBrokenRuleIsNamed) {
  Time now = StartOfDay(1000);
  ScoringRun run{Uuid{}, "spring-2", RunState::kPending, 0, "", 1000, 520, 0, {}, {}, {}, {}};
  std::vector<Violation> violations;
  CheckRequest(run, now, violations);
  EXPECT_TRUE(violations.empty());
  run.slug = "Spring 2";
  run.as_of_day = 1001;
  run.horizon_weeks = 521;
  CheckRequest(run, now, violations);
  std::vector<std::string> fields;
  for (const Violation& violation : violations) fields.push_back(violation.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"scoring_run_id", "scoring_run.as_of_date", "scoring_run.horizon_weeks"}));
}

TEST(ScoreProtoTest, DatesMustExist) {
  for (int32_t day : {-700000, -1, 0, 10134, 40000}) EXPECT_EQ(*DateFromProto(DateToProto(day)), day);
  google::type::Date date;
  for (auto [year, month, day] : {std::array{1997, 2, 30}, {1997, 0, 1}, {1997, 257, 1}, {1997, 1, 257}, {0, 1, 1},
                                  {1997, 1, 0}, {1997, -1, 1}, {10000, 1, 1}}) {
    date.set_year(year);
    date.set_month(month);
    date.set_day(day);
    EXPECT_EQ(DateFromProto(date).error().reason, "DATE_INVALID") << year << month << day;
  }
}

TEST(ScoreProtoTest, AComparisonSurvivesItsWayThroughTheTable) {
  model::Holdout holdout;
  holdout.weeks = 2;
  holdout.predicted = 1653.409;
  holdout.actual = 1882;
  holdout.groups.push_back({3, 100, 1.5, 1.6, 0, 0});
  holdout.by_week = {{1, 800.5, 900}, {2, 1653.409, 1882}};
  auto back = HoldoutFromBytes(HoldoutToBytes(holdout));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(HoldoutToBytes(*back), HoldoutToBytes(holdout));
  EXPECT_EQ(back->groups.front().customers, 100);
  EXPECT_EQ(HoldoutFromBytes("\xFF").error().reason, "HOLDOUT_MALFORMED");
}

}  // namespace
}  // namespace vefa::interaction
