#include "services/notification/notification_fold.h"

#include <gtest/gtest.h>

#include <random>

#include "libs/events/fold.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::notification {
namespace {

events::Event Record(const v1::NotificationEvent& change) {
  events::Event event;
  event.subject = "messages/0191e5f0-0000-7000-8000-0123456789ab";
  event.aggregate_version = 1;
  event.payload = change.SerializeAsString();
  return event;
}

v1::NotificationSnapshot Folded(const std::vector<v1::NotificationEvent>& changes) {
  v1::NotificationSnapshot state;
  bool erased = false;
  for (const auto& change : changes) EXPECT_TRUE(FoldNotification(Record(change), state, erased).ok());
  EXPECT_FALSE(erased);
  return state;
}

v1::NotificationEvent Accepted() {
  v1::NotificationEvent change;
  change.mutable_accepted()->mutable_message()->set_purpose("win-back");
  change.mutable_accepted()->set_policy_version(3);
  return change;
}
v1::NotificationEvent Delivered() {
  v1::NotificationEvent change;
  change.mutable_delivered()->mutable_message()->set_purpose("win-back");
  change.mutable_delivered()->set_reply_code("250 2.0.0");
  return change;
}
v1::NotificationEvent Unsubscribed() {
  v1::NotificationEvent change;
  change.mutable_unsubscribed()->mutable_message()->set_purpose("win-back");
  return change;
}

TEST(NotificationFoldTest, AMessageStandsWhereItsOutcomePutIt) {
  v1::MessageSnapshot message = Folded({Accepted(), Delivered(), {}, Unsubscribed()}).message();
  EXPECT_EQ(message.state(), v1::Message::STATE_DELIVERED);
  EXPECT_EQ(message.reason(), "250 2.0.0");
  EXPECT_EQ(message.policy_version(), 3);
  EXPECT_EQ(message.message().purpose(), "win-back");
  EXPECT_TRUE(message.unsubscribed());

  v1::NotificationEvent refused;
  refused.mutable_refused()->set_reason("NO_CONSENT");
  EXPECT_EQ(Folded({refused}).message().state(), v1::Message::STATE_REFUSED);
  EXPECT_EQ(Folded({refused}).message().reason(), "NO_CONSENT");
  v1::NotificationEvent bounced;
  bounced.mutable_bounced()->set_reply_code("550 5.1.1");
  EXPECT_EQ(Folded({Accepted(), bounced}).message().state(), v1::Message::STATE_BOUNCED);
  v1::NotificationEvent failed;
  failed.mutable_failed()->set_reply_code("CONSENT_WITHDRAWN");
  EXPECT_EQ(Folded({Accepted(), failed}).message().reason(), "CONSENT_WITHDRAWN");
  v1::NotificationEvent unknown;
  unknown.mutable_unknown();
  EXPECT_EQ(Folded({Accepted(), unknown}).message().state(), v1::Message::STATE_UNKNOWN);
}

TEST(NotificationFoldTest, ASuppressionIsAsItWasAdded) {
  v1::NotificationEvent added;
  added.mutable_suppression_added()->set_reason("HARD_BOUNCE");
  EXPECT_EQ(Folded({added}).suppression().reason(), "HARD_BOUNCE");
}

TEST(NotificationFoldTest, WhatItCannotReadIsAnError) {
  v1::NotificationSnapshot state;
  bool erased = false;
  events::Event broken = Record({});
  broken.payload = "\x0a\xff";
  EXPECT_EQ(FoldNotification(broken, state, erased).error().reason, "EVENT_PAYLOAD");
}

TEST(NotificationFoldTest, InWhateverBatchesItComesToTheSame) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    std::mt19937 random(seed);
    std::vector<v1::NotificationEvent> all{Accepted()};
    for (int i = 0; i < 12; ++i) all.push_back(random() % 2 == 0 ? Delivered() : Unsubscribed());
    v1::NotificationSnapshot parts;
    bool erased = false;
    for (const auto& change : all) {
      ASSERT_TRUE(FoldNotification(Record(change), parts, erased).ok());
      v1::NotificationSnapshot stored;
      ASSERT_TRUE(stored.ParseFromString(events::SerializeSorted(parts)));
      if (random() % 3 == 0) parts = stored;
    }
    EXPECT_EQ(events::SerializeSorted(parts), events::SerializeSorted(Folded(all))) << "seed " << seed;
  }
}

}  // namespace
}  // namespace vefa::notification
