#include "services/campaign/campaign_fold.h"

#include <gtest/gtest.h>

#include <random>

#include "libs/events/fold.h"
#include "vefa/campaign/v1/campaign_events.pb.h"

namespace vefa::campaign {
namespace {

events::Event Record(const v1::CampaignEvent& change) {
  events::Event event;
  event.subject = "campaigns/0191e5f0-0000-7000-8000-0123456789ab";
  event.aggregate_version = 1;
  event.payload = change.SerializeAsString();
  return event;
}

v1::CampaignSnapshot Folded(const std::vector<v1::CampaignEvent>& changes) {
  v1::CampaignSnapshot state;
  bool erased = false;
  for (const auto& change : changes) EXPECT_TRUE(FoldCampaign(Record(change), state, erased).ok());
  EXPECT_FALSE(erased);
  return state;
}

v1::CampaignEvent Created() {
  v1::CampaignEvent change;
  change.mutable_campaign_created()->set_purpose("win-back");
  return change;
}
v1::CampaignEvent Started(int64_t audience) {
  v1::CampaignEvent change;
  change.mutable_campaign_started()->set_audience(audience);
  return change;
}
v1::CampaignEvent Paused() {
  v1::CampaignEvent change;
  change.mutable_campaign_paused();
  return change;
}
v1::CampaignEvent Resumed() {
  v1::CampaignEvent change;
  change.mutable_campaign_resumed();
  return change;
}
v1::CampaignEvent Completed(int64_t delivered) {
  v1::CampaignEvent change;
  change.mutable_campaign_completed()->mutable_progress()->set_delivered(delivered);
  (*change.mutable_campaign_completed()->mutable_progress()->mutable_refused())["NO_CONSENT"] = 2;
  (*change.mutable_campaign_completed()->mutable_progress()->mutable_refused())["SUPPRESSED"] = 1;
  return change;
}

TEST(CampaignFoldTest, ACampaignStandsWhereItsLastEventPutIt) {
  std::vector<v1::CampaignEvent> all{Created(), Started(393), Paused(), Resumed(), {}, Completed(390)};
  const v1::Campaign::State states[] = {v1::Campaign::STATE_DRAFT,   v1::Campaign::STATE_RUNNING,
                                        v1::Campaign::STATE_PAUSED,  v1::Campaign::STATE_RUNNING,
                                        v1::Campaign::STATE_RUNNING, v1::Campaign::STATE_COMPLETED};
  for (size_t n = 1; n <= all.size(); ++n)
    EXPECT_EQ(Folded({all.begin(), all.begin() + static_cast<long>(n)}).campaign().state(), states[n - 1]) << n;
  v1::CampaignState last = Folded(all).campaign();
  EXPECT_EQ(last.created().purpose(), "win-back");
  EXPECT_EQ(last.audience(), 393);
  EXPECT_EQ(last.progress().delivered(), 390);
}

TEST(CampaignFoldTest, SegmentsAndTemplatesAreAsTheyWereMade) {
  v1::CampaignEvent segment;
  segment.mutable_segment_created()->set_segment("segments/lapsed");
  EXPECT_EQ(Folded({segment}).segment().segment(), "segments/lapsed");
  v1::CampaignEvent words;
  words.mutable_template_created()->add_languages("tr");
  EXPECT_EQ(Folded({words}).template_().languages(0), "tr");
}

TEST(CampaignFoldTest, WhatItCannotReadIsAnError) {
  v1::CampaignSnapshot state;
  bool erased = false;
  events::Event broken = Record({});
  broken.payload = "\x0a\xff";
  EXPECT_EQ(FoldCampaign(broken, state, erased).error().reason, "EVENT_PAYLOAD");
}

TEST(CampaignFoldTest, InWhateverBatchesItComesToTheSame) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    std::mt19937 random(seed);
    std::vector<v1::CampaignEvent> all{Created()};
    for (int i = 0; i < 12; ++i) {
      switch (random() % 4) {
        case 0: all.push_back(Started(random() % 9)); break;
        case 1: all.push_back(Paused()); break;
        case 2: all.push_back(Resumed()); break;
        default: all.push_back(Completed(random() % 9)); break;
      }
    }
    v1::CampaignSnapshot parts;
    bool erased = false;
    for (const auto& change : all) {
      ASSERT_TRUE(FoldCampaign(Record(change), parts, erased).ok());
      v1::CampaignSnapshot stored;
      ASSERT_TRUE(stored.ParseFromString(events::SerializeSorted(parts)));
      if (random() % 3 == 0) parts = stored;
    }
    EXPECT_EQ(events::SerializeSorted(parts), events::SerializeSorted(Folded(all))) << "seed " << seed;
  }
}

}  // namespace
}  // namespace vefa::campaign
