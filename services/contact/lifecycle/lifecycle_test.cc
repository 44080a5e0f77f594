#include "services/contact/lifecycle/lifecycle.h"

#include <gtest/gtest.h>

#include <set>

namespace vefa::contact {
namespace {

TEST(Lifecycle, TheWayGoesForward) {
  using enum LifecycleStage;
  EXPECT_TRUE(MayMove(kNone, kLoyal));
  EXPECT_TRUE(MayMove(kStranger, kLead));
  EXPECT_TRUE(MayMove(kLead, kActiveCustomer));
  EXPECT_FALSE(MayMove(kLoyal, kActiveCustomer));
  EXPECT_FALSE(MayMove(kLead, kLead));
  EXPECT_FALSE(MayMove(kLead, kNone));
}

TEST(Lifecycle, WhoLeavesIsWonBackBeforeHeIsACustomerAgain) {
  using enum LifecycleStage;
  EXPECT_TRUE(MayMove(kLoyal, kAtRisk));
  EXPECT_TRUE(MayMove(kAtRisk, kLoyal));
  EXPECT_FALSE(MayMove(kAtRisk, kNewCustomer));
  EXPECT_TRUE(MayMove(kActiveCustomer, kLapsed));
  EXPECT_FALSE(MayMove(kLapsed, kActiveCustomer));
  EXPECT_TRUE(MayMove(kLapsed, kWonBack));
  EXPECT_TRUE(MayMove(kLost, kWonBack));
  EXPECT_TRUE(MayMove(kWonBack, kActiveCustomer));
  // Who never bought cannot lapse, and can be lost.
  EXPECT_FALSE(MayMove(kLead, kLapsed));
  EXPECT_FALSE(MayMove(kProspect, kAtRisk));
  EXPECT_TRUE(MayMove(kProspect, kLost));
  EXPECT_FALSE(MayMove(kLost, kLost));
}

// From everywhere there is a way to everywhere that is not before a first purchase: nobody is stuck.
TEST(Lifecycle, NobodyIsStuck) {
  using enum LifecycleStage;
  for (int16_t from = 1; from <= 11; ++from) {
    std::set<LifecycleStage> reached{static_cast<LifecycleStage>(from)};
    for (size_t before = 0; before != reached.size();) {
      before = reached.size();
      for (LifecycleStage each : std::set(reached))
        for (int16_t to = 1; to <= 11; ++to)
          if (MayMove(each, static_cast<LifecycleStage>(to))) reached.insert(static_cast<LifecycleStage>(to));
    }
    for (LifecycleStage stage : {kActiveCustomer, kLoyal, kAdvocate, kAtRisk, kLapsed, kWonBack, kLost})
      EXPECT_TRUE(reached.contains(stage)) << from << " to " << static_cast<int>(stage);
  }
}

}  // namespace
}  // namespace vefa::contact
