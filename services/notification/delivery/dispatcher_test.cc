#include "services/notification/delivery/dispatcher.h"

#include <gmock/gmock.h>

#include <thread>

#include "services/notification/consent_handler.h"
#include "services/notification/delivery/dispatcher_fixture.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::notification {
namespace {

using testing::Eventually;
using ::testing::HasSubstr;

class DispatcherTest : public DispatcherFixture {};

TEST_F(DispatcherTest, DeliversEachAcceptedMessageOnce) {
  Start();
  Submit(People(300));
  Submit(People(40, "gone."), "gone");
  ASSERT_TRUE(Ends(340));
  EXPECT_EQ(Results(3), 300);
  EXPECT_EQ(Results(4), 40);
  EXPECT_EQ(sink_.Stat("accepted"), 300);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  EXPECT_EQ(sink_.Stat("bare_line_ends") + sink_.Stat("improper_pipelining") + sink_.Stat("syntax_errors"), 0);
  // A dead address is suppressed at once, in the transaction of its bounce.
  EXPECT_EQ(database_.Count("SELECT count(*) FROM suppression WHERE reason = 1 AND purpose = ''"), 40);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'message.bounced'"), 40);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'suppression.added'"), 40);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'message.delivered' AND aggregate_version = 2"), 300);
  ExpectSoundLedger();
}

TEST_F(DispatcherTest, MailsSpeakTheContactsLanguageAndCanBeLeft) {
  Start();
  Submit(People(2));
  ASSERT_TRUE(Ends(2));
  std::string turkish, english;
  for (const std::string& mail : sink_.Mails()) (mail.find("Say=C4=B1n") != std::string::npos ? turkish : english) = mail;
  EXPECT_THAT(english, HasSubstr("Subject: =?utf-8?b?V2UgbWlzcyB5b3Us"));
  EXPECT_THAT(english, HasSubstr("Content-Type: multipart/alternative"));
  EXPECT_THAT(turkish, HasSubstr("Content-Type: text/plain; charset=utf-8"));
  for (const std::string& mail : {turkish, english}) {
    EXPECT_THAT(mail, HasSubstr("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    size_t at = mail.find("List-Unsubscribe: <http://127.0.0.1:18100/u/");
    ASSERT_NE(at, std::string::npos);
    at = mail.find("/u/", at) + 3;
    auto token = token_key_.ReadUnsubscribe(mail.substr(at, mail.find('>', at) - at));
    ASSERT_TRUE(token.ok());
    EXPECT_THAT(mail, HasSubstr("Message-ID: <" + token->message.ToString() + "@vefa.example>"));
    auto target = FindUnsubscribeTarget(database_.service(), token->tenant_ordinal, token->message,
                                        Deadline::After(std::chrono::seconds(20)));
    ASSERT_TRUE(target.ok() && target->has_value());
    EXPECT_EQ((*target)->tenant, database_.tenant());
  }
}

TEST_F(DispatcherTest, AsksTheGateAgainBeforeItSends) {
  auto people = People(5);
  Submit(people);
  contact_.Put(people[0], {"p0@d.example", "Şule", "tr", ConsentState::kWithdrawn});
  contact_.Put(people[1], {"", "Şule", "tr", ConsentState::kGranted});
  contact_.Remove(people[2]);
  MessagePage page;
  page.contact = people[3];
  auto deadline = Deadline::After(std::chrono::seconds(20));
  auto found = ListMessages(database_.service(), database_.tenant(), page, deadline);
  ASSERT_TRUE(found.ok() && found->size() == 1);
  auto target = FindUnsubscribeTarget(database_.service(), 1, found->front().info.id, deadline);
  ASSERT_TRUE(target.ok() && target->has_value());
  ASSERT_TRUE(*RecordUnsubscribe(database_.service(), **target, clock_, deadline));
  Start();
  ASSERT_TRUE(Ends(5));
  EXPECT_EQ(Results(3), 1);
  for (const char* reason : {"CONSENT_WITHDRAWN", "NO_ADDRESS", "CONTACT_UNKNOWN", "SUPPRESSED"})
    EXPECT_EQ(database_.Count(std::string("SELECT count(*) FROM send_result WHERE state = 5 AND reply = '") + reason + "'"), 1) << reason;
  EXPECT_EQ(sink_.Stat("accepted"), 1);
  // The one who left in between: accepted, unsubscribed, failed.
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'message.failed' AND aggregate_version = 3"), 1);
  ExpectSoundLedger();
}

// Everybody withdraws while the first mails go out. What has its window already leaves; of whoever's turn comes later nobody is written to.
TEST_F(DispatcherTest, AWithdrawalInTheMiddleOfASendIsHeard) {
  constexpr int kPeople = 3000;
  sink_.Fault("kind=slow&ms=5");
  std::vector<Uuid> people;
  for (int i = 0; i < kPeople / 500; ++i) {
    const auto some = People(500);
    Submit(some, "k" + std::to_string(i));
    people.insert(people.end(), some.begin(), some.end());
  }
  Start();
  ASSERT_TRUE(Eventually([&] { return sink_.Stat("accepted") >= 20; }));
  for (const Uuid& person : people) contact_.Put(person, {"p." + person.ToString() + "@d.example", "Şule", "tr", ConsentState::kWithdrawn});
  ASSERT_TRUE(Ends(kPeople));
  const int64_t refused = database_.Count("SELECT count(*) FROM send_result WHERE state = 5 AND reply = 'CONSENT_WITHDRAWN'");
  EXPECT_GT(refused, kPeople / 4);
  EXPECT_EQ(Results(3) + refused, kPeople);
  EXPECT_EQ(sink_.Stat("accepted"), Results(3));
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  ExpectSoundLedger();
}

// As contact publishes it; the handler is called as the subscription calls it.
TEST_F(DispatcherTest, WhatWantsAConfirmationIsAskedForOnceAndOnlyWhileItDoes) {
  auto people = People(3);
  contact_.Put(people[0], {"p0@d.example", "Şule", "tr", ConsentState::kPending, false, true, "/p/a", "/c/zero", "News"});
  contact_.Put(people[1], {"p1@d.example", "Ann", "en", ConsentState::kPending, false, false, "/p/b", "/c/one", "News"});
  // Who said it otherwise meanwhile has nothing to confirm.
  contact_.Put(people[2], {"p2@d.example", "Bob", "en", ConsentState::kWithdrawn, false, false, "/p/c", "", "News"});
  std::vector<events::Event> events;
  for (size_t i = 0; i < 4; ++i) {
    contact::v1::ContactEvent proto;
    auto& changed = *proto.mutable_consent_changed();
    changed.mutable_terms()->set_purpose("news");
    changed.mutable_terms()->set_channel(contact::v1::CHANNEL_EMAIL);
    changed.set_state(contact::v1::Consent::STATE_PENDING);
    changed.set_confirmation_wanted(i < 3);  // The last one was imported.
    events::Event& event = events.emplace_back();
    event.id = NewUuidV7(clock_);
    event.type = "consent.changed";
    event.subject = ResourceName("contacts", people[i % 3]);
    event.tenant = database_.tenant();
    event.payload = proto.SerializeAsString();
  }
  int recorded = 0;
  ConsentHandler handler(clock_, [&] { ++recorded; });
  for (int twice = 0; twice < 2; ++twice) {
    ASSERT_TRUE(postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({database_.tenant()}),
                                        Deadline::After(std::chrono::seconds(20)), [&](postgres::Transaction& transaction) -> Result<bool> {
                                          VEFA_TRY_OK(handler.Apply(transaction, events));
                                          return true;
                                        })
                    .ok());
    handler.Applied();
  }
  EXPECT_EQ(recorded, 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM message WHERE originator = 'purposes/news'"), 3);
  Start();
  ASSERT_TRUE(Ends(3));
  EXPECT_EQ(Results(3), 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_result WHERE state = 5 AND reply = 'CONFIRMATION_NOT_WANTED'"), 1);
  std::string all;
  for (const std::string& mail : sink_.Mails()) all += mail;
  EXPECT_THAT(all, HasSubstr("http://127.0.0.1:18100/c/zero"));
  EXPECT_THAT(all, HasSubstr("http://127.0.0.1:18100/c/one"));
  EXPECT_THAT(all, HasSubstr("bu adrese"));
  EXPECT_THAT(all, HasSubstr("Subject: Please confirm: News"));
  ExpectSoundLedger();
}

TEST_F(DispatcherTest, WhoLeftAndAgreesAnewIsWrittenToAgain) {
  Start();
  auto people = People(2);
  Submit(people);
  ASSERT_TRUE(Ends(2));
  auto deadline = Deadline::After(std::chrono::seconds(20));
  for (const Uuid& person : people) {
    MessagePage page;
    page.contact = person;
    auto sent = ListMessages(database_.service(), database_.tenant(), page, deadline);
    ASSERT_TRUE(sent.ok() && sent->size() == 1);
    auto target = FindUnsubscribeTarget(database_.service(), 1, sent->front().info.id, deadline);
    ASSERT_TRUE(target.ok() && target->has_value());
    ASSERT_TRUE(*RecordUnsubscribe(database_.service(), **target, clock_, deadline));
  }
  contact::v1::ContactEvent granted;
  granted.mutable_consent_granted()->mutable_terms()->set_purpose("win-back");
  granted.mutable_consent_granted()->mutable_terms()->set_channel(contact::v1::CHANNEL_EMAIL);
  std::vector<events::Event> events(2);
  for (size_t i = 0; i < 2; ++i) {
    events[i].id = NewUuidV7(clock_);
    events[i].type = "consent.granted";
    events[i].subject = ResourceName("contacts", people[i]);
    events[i].tenant = database_.tenant();
    // One of them agreed long before, and is only told of now.
    events[i].occur_time = clock_.Now() - std::chrono::hours(i);
    events[i].payload = granted.SerializeAsString();
  }
  ConsentHandler handler(clock_, [] {});
  for (int twice = 0; twice < 2; ++twice)
    ASSERT_TRUE(postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({database_.tenant()}), deadline,
                                        [&](postgres::Transaction& transaction) -> Result<bool> {
                                          VEFA_TRY_OK(handler.Apply(transaction, events));
                                          return true;
                                        })
                    .ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'suppression.lifted' AND aggregate_version = 2"), 1);
  auto again = submitter_.Submit(database_.tenant(), RequestFor(people, "again"), deadline);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->decisions(0).accepted());
  EXPECT_EQ(again->decisions(1).reason(), "SUPPRESSED");
  dispatcher_->Wake();
  ASSERT_TRUE(Ends(3));
  ExpectSoundLedger();
}

TEST_F(DispatcherTest, TriesAgainWhatWasNotTaken) {
  sink_.Fault("kind=tempfail&count=7&stage=dot");
  Start();
  Submit(People(20));
  ASSERT_TRUE(Ends(20));
  EXPECT_EQ(Results(3), 20);
  EXPECT_EQ(Results(7), 7);
  EXPECT_EQ(sink_.Stat("accepted"), 20);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 40);  // A deferral is no event.
  ExpectSoundLedger();
}

TEST_F(DispatcherTest, NeverSendsAgainWhatMayHaveArrived) {
  sink_.Fault("kind=close-after-dot&count=3");
  Start();
  Submit(People(50));
  ASSERT_TRUE(Ends(50));
  EXPECT_EQ(Results(6), 3);
  EXPECT_EQ(Results(3), 47);
  EXPECT_EQ(sink_.Stat("accepted"), 50);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  ExpectSoundLedger();
}

TEST_F(DispatcherTest, WaitsForWhoeverIsAway) {
  sink_.Kill();
  Submit(People(10));
  contact_.Answer(false);
  Start();
  int calls = contact_.calls();
  ASSERT_TRUE(Eventually([&] { return contact_.calls() > calls + 1; }));
  contact_.Answer(true);
  ASSERT_TRUE(Eventually([&] { return database_.Count("SELECT count(*) FROM send_window") > 0; }));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_result"), 0);
  sink_.Restart();
  ASSERT_TRUE(Ends(10));
  EXPECT_EQ(Results(3), 10);
  ExpectSoundLedger();
}

// Whether a commit took effect is sometimes not known then; nothing may be lost or doubled for it.
TEST_F(DispatcherTest, GoesOnWhenTheDatabaseDropsItsConnections) {
  sink_.Fault("kind=slow&ms=2");
  Start();
  for (int i = 0; i < 2; ++i) Submit(People(500), "k" + std::to_string(i));
  Submit(People(100, "gone."), "gone");
  for (int round = 1; round <= 18; ++round) {
    int64_t target = 50 * round;
    ASSERT_TRUE(Eventually([&] { return sink_.Stat("accepted") >= target; }));
    database_.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                  " AND pid <> pg_backend_pid()");
  }
  ASSERT_TRUE(Ends(1100));
  EXPECT_EQ(Results(3), 1000);
  EXPECT_EQ(Results(4), 100);
  EXPECT_EQ(sink_.Stat("accepted"), 1000);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 2 * 1100 + 100);
  ExpectSoundLedger();
}

TEST_F(DispatcherTest, StopsWhenItsLanesAreTakenAndGoesOnWhenTheyAreFree) {
  sink_.Fault("kind=slow&ms=10");
  Start();
  Submit(People(400));
  ASSERT_TRUE(Eventually([&] { return sink_.Stat("accepted") >= 20; }));
  database_.Run("UPDATE send_lane SET owner = gen_random_uuid(), epoch = epoch + 1,"
                " until_time = clock_timestamp() + interval '1 s'");
  ASSERT_TRUE(Ends(400));
  EXPECT_LE(Results(6), 4);  // As many as connections.
  EXPECT_EQ(Results(3) + Results(6), 400);
  EXPECT_EQ(sink_.Stat("accepted"), 400);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_lane WHERE epoch = 3"), kLanes);
  ExpectSoundLedger();
}

TEST_F(DispatcherTest, ASecondProcessWaitsAndTakesOverAtOnceWhenTheFirstStops) {
  Start();
  std::string other = folder_ + "/other";
  std::filesystem::create_directory(other);
  ASSERT_TRUE(Eventually([&] { return database_.Count("SELECT count(*) FROM send_lane WHERE epoch = 1") == kLanes; }));
  auto second = NewDispatcher(other);
  Submit(People(100));
  ASSERT_TRUE(Ends(100));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_lane WHERE epoch = 1"), kLanes);
  dispatcher_.reset();
  Submit(People(100), "after");
  ASSERT_TRUE(Ends(200));
  EXPECT_EQ(Results(3), 200);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_lane WHERE epoch = 2"), kLanes);
  EXPECT_EQ(sink_.Stat("accepted_twice"), 0);
  ExpectSoundLedger();
}

}  // namespace
}  // namespace vefa::notification
