#include "services/campaign/campaign/recipient.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vefa::campaign {
namespace {

using enum RecipientState;

TEST(RecipientTest, MovesForwardOnly) {
  for (RecipientState next : {kRefused, kAccepted, kDelivered, kBounced, kFailed, kUnknown}) {
    EXPECT_TRUE(Follows(kWaiting, next));
    EXPECT_FALSE(Follows(kRefused, next));
    EXPECT_EQ(Follows(kAccepted, next), next > kAccepted);
    for (RecipientState outcome : {kDelivered, kBounced, kFailed, kUnknown}) EXPECT_FALSE(Follows(outcome, next));
  }
  EXPECT_FALSE(Follows(kWaiting, kWaiting));
}

TEST(RecipientTest, OfSeveralNewsTheFurthestCounts) {
  Uuid tenant{{1}}, anna{{2}}, ben{{3}}, message{{4}};
  std::vector<Outcome> news = {{tenant, "win-back", anna, message, kAccepted, ""},
                               {tenant, "win-back", ben, message, kRefused, "NO_CONSENT"},
                               {tenant, "win-back", anna, message, kBounced, ""},
                               {tenant, "other", anna, message, kAccepted, ""}};
  for (int turn = 0; turn < 4; ++turn) {
    std::vector<Outcome> furthest = Furthest(news);
    ASSERT_EQ(furthest.size(), 3u);
    EXPECT_EQ(furthest[0].campaign, "other");
    EXPECT_EQ(furthest[1].state, kBounced);
    EXPECT_EQ(furthest[2].reason, "NO_CONSENT");
    std::rotate(news.begin(), news.begin() + 1, news.end());
  }
}

TEST(ProgressTest, AddsUp) {
  Progress progress;
  for (const Tally& tally : {Tally{kWaiting, "", 5}, Tally{kRefused, "NO_CONSENT", 3}, Tally{kRefused, "SUPPRESSED", 1},
                             Tally{kAccepted, "", 2}, Tally{kDelivered, "", 10}, Tally{kBounced, "", 4},
                             Tally{kFailed, "", 6}, Tally{kUnknown, "", 7}, Tally{kRefused, "NO_ADDRESS", 0}})
    progress.Add(tally);
  EXPECT_EQ(progress.audience, 38);
  EXPECT_EQ(progress.requested, 33);
  EXPECT_EQ(progress.accepted, 29);
  EXPECT_EQ(progress.refused, (std::map<std::string, int64_t>{{"NO_CONSENT", 3}, {"SUPPRESSED", 1}}));
  EXPECT_EQ(progress.waiting(), 5);
  EXPECT_EQ(progress.under_way(), 2);
  EXPECT_FALSE(progress.over());
  progress.Add({kWaiting, "", -5});
  EXPECT_FALSE(progress.over());
  progress.Add({kAccepted, "", -2});
  EXPECT_TRUE(progress.over());
  EXPECT_TRUE(Progress().over());
}

}  // namespace
}  // namespace vefa::campaign
