// What people want of messages, through the calls: when none is to arrive, and how many at most.
#include <gmock/gmock.h>

#include <thread>

#include "services/notification/notification_fixture.h"
#include "services/notification/testing/quiet.h"

namespace vefa::notification {
namespace {

class WishesServiceTest : public NotificationFixture {
 protected:
  // A contact who may be written to, and wants something of messages.
  Uuid PersonWith(const Wishes& wishes, bool essential = false) {
    Uuid id = NewUuidV7(clock_);
    Recipient person{"p." + id.ToString() + "@d.example", "Person", "en", ConsentState::kGranted};
    person.wishes = wishes;
    person.essential = essential;
    contact_.Put(id, person);
    return id;
  }
  // As delivery records it.
  void HandOver(const std::string& message, const char* when, int state = 3) {
    database_.Run("INSERT INTO send_result (tenant_id, chunk_id, ord, message_id, state, code, enhanced, reply, finish_time) VALUES ('" +
                  tenant_.ToString() + "', gen_random_uuid(), 0, '" + ParseResourceName("messages", message)->ToString() + "', " +
                  std::to_string(state) + ", 250, '', '', " + when + ")");
  }
  std::string Asked(const Uuid& person, const std::string& key) {
    auto response = Submit(RequestFor({person}, key));
    if (response.decisions_size() != 1) return "nothing";
    last_ = response.decisions(0).message();
    return response.decisions(0).accepted() ? "accepted" : response.decisions(0).reason();
  }

  std::string last_;  // The message of the last Asked.
};

TEST_F(WishesServiceTest, QuietHoursHoldAMessageAndSayUntilWhen) {
  Uuid asleep = PersonWith(QuietAround(clock_.Now()));
  Uuid bound = PersonWith(QuietAround(clock_.Now()), true);
  auto response = Submit(RequestFor({asleep, bound, Person()}));
  ASSERT_EQ(response.decisions_size(), 3);
  for (const auto& decision : response.decisions()) EXPECT_TRUE(decision.accepted()) << decision.reason();
  ASSERT_TRUE(response.decisions(0).has_hold_until());
  EXPECT_FALSE(response.decisions(1).has_hold_until());
  EXPECT_FALSE(response.decisions(2).has_hold_until());
  // One chunk leaves now and one later; both are durable before the caller hears of it.
  EXPECT_EQ(Count("SELECT cardinality(messages) FROM send_chunk WHERE due_time <= clock_timestamp()"), 2);
  EXPECT_EQ(Count("SELECT cardinality(messages) FROM send_chunk WHERE due_time > clock_timestamp() + interval '58 minutes'"), 1);
  EXPECT_EQ(Count("SELECT count(*) FROM message WHERE essential"), 1);
  EXPECT_THAT(metrics_.Expose(), ::testing::HasSubstr("vefa_notification_holds_total{at=\"submission\"} 1"));

  v1::GetMessageRequest get;
  get.set_name(response.decisions(0).message());
  auto message = Call(&Stub::GetMessage, get);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->state(), v1::Message::STATE_ACCEPTED);
  EXPECT_EQ(message->reason(), "QUIET_HOURS");
  EXPECT_EQ(message->hold_until().seconds(), response.decisions(0).hold_until().seconds());
  EXPECT_EQ(message->hold_until().seconds() % 60, 0);
  v1::ListMessagesRequest list;
  list.set_reason("QUIET_HOURS");
  auto held = Call(&Stub::ListMessages, list);
  ASSERT_TRUE(held.ok());
  ASSERT_EQ(held->messages_size(), 1);
  EXPECT_EQ(held->messages(0).name(), response.decisions(0).message());
  // What was held stays known, and is held no more.
  database_.Run("UPDATE message_hold SET until_time = clock_timestamp() - interval '1 s'");
  EXPECT_EQ(Call(&Stub::ListMessages, list)->messages_size(), 0);
  message = Call(&Stub::GetMessage, get);
  EXPECT_EQ(message->reason(), "");
  EXPECT_TRUE(message->has_hold_until());
}

TEST_F(WishesServiceTest, WhoHadEnoughMessagesGetsNoMore) {
  Uuid person = PersonWith({"Europe/Istanbul", {}, 0, 2});
  // What is on its way counts, and so does what was handed over or may have arrived in the person's week.
  EXPECT_EQ(Asked(person, "one"), "accepted");
  HandOver(last_, "clock_timestamp() - interval '5 days'");
  EXPECT_EQ(Asked(person, "two"), "accepted");
  std::string second = last_;
  EXPECT_EQ(Asked(person, "three"), "FREQUENCY_CAP");
  HandOver(second, "clock_timestamp()", 6);
  EXPECT_EQ(Asked(person, "four"), "FREQUENCY_CAP");
  // What came back, and what left the week, does not.
  database_.Run("UPDATE send_result SET state = 4 WHERE state = 6");
  EXPECT_EQ(Asked(person, "five"), "accepted");
  EXPECT_EQ(Asked(person, "six"), "FREQUENCY_CAP");
  database_.Run("UPDATE send_result SET finish_time = clock_timestamp() - interval '8 days' WHERE state = 3");
  EXPECT_EQ(Asked(person, "seven"), "accepted");
  // A refusal counts for nothing, and a first decision is kept.
  EXPECT_EQ(Asked(person, "three"), "FREQUENCY_CAP");
  EXPECT_EQ(Count("SELECT count(*) FROM event_log WHERE event_type = 'message.refused'"), 3);

  // One submission counts itself, and a day is a limit of its own.
  Uuid daily = PersonWith({"", {}, 1, 0});
  auto request = RequestFor({daily, daily}, "twice");
  request.mutable_messages(1)->set_send_key("twice/again");
  auto response = Submit(request);
  ASSERT_EQ(response.decisions_size(), 2);
  EXPECT_TRUE(response.decisions(0).accepted());
  EXPECT_EQ(response.decisions(1).reason(), "FREQUENCY_CAP");
}

TEST_F(WishesServiceTest, WhatIsEssentialHeedsNoLimitAndCountsTowardsNone) {
  Uuid person = PersonWith({"", {}, 0, 1}, true);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Asked(person, "receipt" + std::to_string(i)), "accepted");
  Recipient now{"p@d.example", "Person", "en", ConsentState::kGranted};
  now.wishes.messages_per_week = 1;
  contact_.Put(person, now);
  EXPECT_EQ(Asked(person, "offer"), "accepted");
  EXPECT_EQ(Asked(person, "another"), "FREQUENCY_CAP");
}

TEST_F(WishesServiceTest, TwoAtOnceDoNotPassALimitTogether) {
  std::vector<Uuid> people;
  for (int i = 0; i < 40; ++i) people.push_back(PersonWith({"", {}, 0, 1}));
  std::vector<Uuid> backwards(people.rbegin(), people.rend());
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&, caller] { Submit(RequestFor(caller % 2 == 0 ? people : backwards, "key" + std::to_string(caller))); });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(Count("SELECT count(*) FROM message"), 160);
  EXPECT_EQ(Count("SELECT count(*) FROM message WHERE reason = 0"), 40);
  EXPECT_EQ(Count("SELECT count(*) FROM message WHERE reason = 9"), 120);
  EXPECT_EQ(Count("SELECT count(DISTINCT contact_id) FROM message WHERE reason = 0"), 40);
}

}  // namespace
}  // namespace vefa::notification
