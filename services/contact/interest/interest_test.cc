#include "services/contact/interest/interest.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

namespace vefa::contact {
namespace {

using enum InterestKind;

Time InterestDay(double days) { return Time(std::chrono::microseconds(static_cast<int64_t>(days * 86400e6))); }

InterestSignal Sign(InterestKind kind, double weight, double day, bool not_interested = false) {
  InterestSignal signal;
  signal.topic = "coffee";
  signal.kind = kind;
  signal.weight = not_interested ? 0 : weight;
  signal.occur_time = InterestDay(day);
  signal.not_interested = not_interested;
  return signal;
}

InterestPart LearnAll(const std::vector<InterestSignal>& signals, double half_life) {
  InterestPart part;
  for (const InterestSignal& signal : signals) Learn(signal, half_life, part);
  return part;
}

// The example of the science guide: half-life 14 days.
TEST(Interest, FadesByHalfEachHalfLife) {
  std::vector<InterestSignal> signals{Sign(kObserved, 1, 0), Sign(kObserved, 3, 2), Sign(kObserved, 1, 9), Sign(kObserved, 5, 20)};
  const InterestPart part = LearnAll(signals, 14);
  EXPECT_NEAR(part.decayed.sum, 7.182066, 1e-6);
  EXPECT_NEAR(SumAt(part.decayed, 14, InterestDay(30)), 4.377518, 1e-6);
  EXPECT_NEAR(SumAt(part.decayed, 14, InterestDay(34)), part.decayed.sum / 2, 1e-12);
  EXPECT_EQ(SumAt(part.decayed, 14, InterestDay(3)), part.decayed.sum);
}

std::vector<InterestSignal> AnySignals() {
  std::vector<InterestSignal> signals;
  for (int i = *rc::gen::inRange(1, 12); i > 0; --i)
    signals.push_back(Sign(kDeclared, *rc::gen::inRange(1, 1000) / 10.0, *rc::gen::inRange(0, 60) / 2.0, *rc::gen::inRange(0, 4) == 0));
  return signals;
}

RC_GTEST_PROP(InterestProperty, TheOrderOfSignalsMakesNoDifference, ()) {
  std::vector<InterestSignal> signals = AnySignals();
  const double half_life = *rc::gen::inRange(1, 500) / 10.0;
  const InterestPart one = LearnAll(signals, half_life);
  for (size_t i = signals.size(); i > 1; --i) std::swap(signals[i - 1], signals[*rc::gen::inRange<size_t>(0, i)]);
  const InterestPart other = LearnAll(signals, half_life);
  RC_ASSERT(one.decayed.time == other.decayed.time);
  RC_ASSERT(one.not_interested == other.not_interested);
  RC_ASSERT(std::abs(one.decayed.sum - other.decayed.sum) <= 1e-9 * (1 + one.decayed.sum));
}

RC_GTEST_PROP(InterestProperty, TheSumIsThatOfTheWholeHistory, ()) {
  const std::vector<InterestSignal> signals = AnySignals();
  const double half_life = *rc::gen::inRange(1, 500) / 10.0, at = 40;
  double wanted = 0;
  for (const InterestSignal& signal : signals)
    wanted += signal.weight * std::pow(0.5, (at - static_cast<double>(signal.occur_time.time_since_epoch().count()) / 86400e6) / half_life);
  const InterestPart part = LearnAll(signals, half_life);
  RC_ASSERT(std::abs(SumAt(part.decayed, half_life, InterestDay(at)) - wanted) <= 1e-9 * (1 + wanted));
}

TEST(Interest, ANewHalfLifeHoldsFromTheNextSignalOn) {
  InterestPart part = LearnAll({Sign(kObserved, 8, 0)}, 10);
  Learn(Sign(kObserved, 1, 10), 20, part);
  EXPECT_NEAR(part.decayed.sum, 5, 1e-9);
  EXPECT_EQ(part.half_life_days, 20);
}

TEST(Interest, WhatIsInferredOverridesNothingThatWasSaid) {
  InterestParts parts;
  parts[{"coffee", kDeclared}] = LearnAll({Sign(kDeclared, 1, 0)}, 365);
  parts[{"coffee", kInferred}] = LearnAll({Sign(kInferred, 50, 1)}, 21);
  parts[{"tea", kInferred}] = LearnAll({Sign(kInferred, 2, 1)}, 21);
  auto interests = Weigh(parts, InterestDay(1));
  ASSERT_EQ(interests.size(), 2u);
  EXPECT_EQ(interests[0].topic, "tea");
  EXPECT_EQ(interests[0].kind, kInferred);
  EXPECT_EQ(interests[1].kind, kDeclared);
  EXPECT_NEAR(interests[1].sum, 1, 0.01);
}

TEST(Interest, ANoWinsUntilALaterYes) {
  InterestParts parts;
  InterestPart& declared = parts[{"coffee", kDeclared}];
  Learn(Sign(kDeclared, 3, 0), 365, declared);
  Learn(Sign(kDeclared, 0, 2, true), 365, declared);
  parts[{"coffee", kObserved}] = LearnAll({Sign(kObserved, 100, 5)}, 60);
  auto interests = Weigh(parts, InterestDay(5));
  ASSERT_EQ(interests.size(), 1u);
  EXPECT_TRUE(interests[0].not_interested);
  EXPECT_EQ(interests[0].sum, 0);
  // An old yes that comes late changes nothing.
  Learn(Sign(kDeclared, 9, 1), 365, declared);
  EXPECT_TRUE(Weigh(parts, InterestDay(5))[0].not_interested);
  Learn(Sign(kDeclared, 1, 6), 365, declared);
  EXPECT_FALSE(Weigh(parts, InterestDay(6))[0].not_interested);
}

TEST(Interest, TheForgottenAreLeftOut) {
  InterestParts parts;
  parts[{"coffee", kObserved}] = LearnAll({Sign(kObserved, 1, 0)}, 60);
  EXPECT_EQ(Weigh(parts, InterestDay(200)).size(), 1u);
  EXPECT_TRUE(Weigh(parts, InterestDay(300)).empty());
}

TEST(Interest, ATopicsHalfLifeComesBeforeTheTenants) {
  HalfLives set{{{"", kObserved}, 30}, {{"coffee", kObserved}, 5}};
  EXPECT_EQ(HalfLifeOf(set, "coffee", kObserved), 5);
  EXPECT_EQ(HalfLifeOf(set, "tea", kObserved), 30);
  EXPECT_EQ(HalfLifeOf(set, "tea", kDeclared), 365);
  EXPECT_EQ(HalfLifeOf({}, "tea", kInferred), 21);
}

}  // namespace
}  // namespace vefa::contact
