#include "services/interaction/interaction_fold.h"

#include <gtest/gtest.h>

#include <random>

#include "libs/events/fold.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

namespace vefa::interaction {
namespace {

events::Event Record(const v1::InteractionEvent& change) {
  events::Event event;
  event.subject = "scoringRuns/0191e5f0-0000-7000-8000-0123456789ab";
  event.aggregate_version = 1;
  event.payload = change.SerializeAsString();
  return event;
}

v1::InteractionSnapshot Folded(const std::vector<v1::InteractionEvent>& changes) {
  v1::InteractionSnapshot state;
  bool erased = false;
  for (const auto& change : changes) EXPECT_TRUE(FoldInteraction(Record(change), state, erased).ok());
  EXPECT_FALSE(erased);
  return state;
}

v1::InteractionEvent Fitted(const std::string& model, double likelihood) {
  v1::InteractionEvent change;
  change.mutable_model_fitted()->set_model(model);
  change.mutable_model_fitted()->set_log_likelihood(likelihood);
  for (const char* name : {"r", "alpha", "a", "b"}) (*change.mutable_model_fitted()->mutable_parameters())[name] = likelihood;
  return change;
}

TEST(InteractionFoldTest, AnOrderAndAScoreAreTheLastThatWasSaidOfThem) {
  v1::InteractionEvent placed;
  placed.mutable_order_placed()->set_item_count(3);
  EXPECT_EQ(Folded({placed}).order().item_count(), 3);
  v1::InteractionEvent first;
  first.mutable_score_changed()->set_p_alive(0.5);
  first.mutable_score_changed()->set_model("bg_nbd");
  v1::InteractionEvent second;
  second.mutable_score_changed()->set_p_alive(0.25);
  v1::InteractionSnapshot state = Folded({first, second});
  EXPECT_EQ(state.score().p_alive(), 0.25);
  EXPECT_EQ(state.score().model(), "");
}

TEST(InteractionFoldTest, ARunHasEachModelOnce) {
  v1::InteractionSnapshot state = Folded({Fitted("bg_nbd", 1), Fitted("gamma_gamma", 2), Fitted("bg_nbd", 3), {}});
  ASSERT_EQ(state.scoring_run().models_size(), 2);
  EXPECT_EQ(state.scoring_run().models(0).log_likelihood(), 3);
  EXPECT_EQ(state.scoring_run().models(1).model(), "gamma_gamma");
}

TEST(InteractionFoldTest, WhatItCannotReadIsAnError) {
  v1::InteractionSnapshot state;
  bool erased = false;
  events::Event broken = Record({});
  broken.payload = "\x0a\xff";
  EXPECT_EQ(FoldInteraction(broken, state, erased).error().reason, "EVENT_PAYLOAD");
}

TEST(InteractionFoldTest, InWhateverBatchesItComesToTheSame) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    std::mt19937 random(seed);
    std::vector<v1::InteractionEvent> all;
    for (int i = 0; i < 20; ++i) all.push_back(Fitted("model" + std::to_string(random() % 4), static_cast<double>(random() % 9)));
    v1::InteractionSnapshot parts;
    bool erased = false;
    for (const auto& change : all) {
      ASSERT_TRUE(FoldInteraction(Record(change), parts, erased).ok());
      v1::InteractionSnapshot stored;
      ASSERT_TRUE(stored.ParseFromString(events::SerializeSorted(parts)));
      if (random() % 3 == 0) parts = stored;
    }
    EXPECT_EQ(events::SerializeSorted(parts), events::SerializeSorted(Folded(all))) << "seed " << seed;
  }
}

}  // namespace
}  // namespace vefa::interaction
