// What people want of messages, when these are about to leave.
#include <gmock/gmock.h>

#include "services/notification/delivery/dispatcher_fixture.h"
#include "services/notification/testing/quiet.h"

namespace vefa::notification {
namespace {

class WishesDispatchTest : public DispatcherFixture {
 protected:
  // What the person wants of messages from now on.
  void Wish(const Uuid& person, const Wishes& wishes) {
    Recipient recipient{"p." + person.ToString() + "@d.example", "Şule", "tr", ConsentState::kGranted};
    recipient.wishes = wishes;
    contact_.Put(person, recipient);
  }
  // As if the quiet hours were over; whoever sends looks again.
  void LetHoldsEnd() {
    database_.Run("UPDATE send_chunk SET due_time = clock_timestamp() WHERE NOT done");
    dispatcher_->Wake();
  }
};

TEST_F(WishesDispatchTest, WhatIsHeldLeavesWhenTheQuietHoursAreOverAndIsDecidedAnew) {
  auto people = People(4);
  const Wishes asleep = QuietAround(clock_.Now());
  for (const Uuid& person : people) Wish(person, asleep);
  Start();
  Submit(people);
  Submit(People(2), "awake");
  ASSERT_TRUE(Ends(2));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_chunk WHERE NOT done AND due_time > clock_timestamp()"), 1);
  Wish(people[0], {});
  const Wishes later = QuietAround(clock_.Now() + std::chrono::minutes(30));
  for (size_t i : {1, 3}) Wish(people[i], later);
  contact_.Put(people[2], {"p2@d.example", "Şule", "tr", ConsentState::kWithdrawn});
  LetHoldsEnd();
  ASSERT_TRUE(Ends(4));
  EXPECT_EQ(Results(3), 3);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_result WHERE state = 5 AND reply = 'CONSENT_WITHDRAWN'"), 1);
  // The two who chose anew are held again, together, until their own moment.
  ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM send_result WHERE state = 7 AND reply = 'QUIET_HOURS'") == 2; }));
  EXPECT_EQ(database_.Count("SELECT cardinality(messages) FROM send_chunk WHERE NOT done"
                            " AND due_time > clock_timestamp() + interval '85 minutes'"), 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM message_hold WHERE until_time > clock_timestamp() + interval '85 minutes'"), 2);
  EXPECT_THAT(metrics_.Expose(), ::testing::HasSubstr("vefa_notification_holds_total{at=\"delivery\"} 2"));
  for (size_t i : {1, 3}) Wish(people[i], {});
  LetHoldsEnd();
  ASSERT_TRUE(Ends(6));
  EXPECT_EQ(sink_.Stat("accepted"), 5);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 12);  // A hold is no event.
  ExpectSoundLedger();
}

TEST_F(WishesDispatchTest, WhoWantsFewerMessagesMeanwhileGetsTheEarlierOnes) {
  auto people = People(3);
  for (const char* key : {"a", "b", "c"}) Submit(people, key);
  Wish(people[0], {"Europe/Istanbul", {}, 0, 2});
  Wish(people[1], {"", {}, 1, 0});
  Start();
  ASSERT_TRUE(Ends(9));
  EXPECT_EQ(Results(3), 2 + 1 + 3);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_result WHERE state = 5 AND reply = 'FREQUENCY_CAP'"), 1 + 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_result r JOIN message m ON m.id = r.message_id WHERE r.state = 5"
                            " AND m.send_key LIKE 'a/%'"), 0);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace vefa::notification
