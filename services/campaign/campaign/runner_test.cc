#include "services/campaign/campaign/runner.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "services/campaign/campaign/campaign_store.h"
#include "services/campaign/campaign/fake_notification.h"
#include "services/campaign/campaign/recipient_store.h"
#include "services/campaign/campaign_events.h"
#include "services/campaign/engine_fixture.h"
#include "services/campaign/segment/segment_store.h"
#include "services/campaign/template/template_store.h"
#include "vefa/campaign/v1/campaign_events.pb.h"

namespace vefa::campaign {
namespace {

using notification::v1::SubmitMessagesResponse;

class RunnerTest : public EngineTest {
 protected:
  // A campaign over `audience` people, started.
  void Start(int audience, const std::string& slug = "win-back") {
    std::vector<events::Event> events;
    for (int i = 0; i < audience; ++i) {
      Uuid id = NewId();
      events.push_back(Contact(id, "en", slug));
      events.push_back(Score(id, 2, 0.2));
    }
    ASSERT_TRUE(Apply(events).ok());
    auto done = postgres::InTransaction(
        database_.service(), postgres::Scope::Tenant(tenant()), Soon(), [&](postgres::Transaction& tx) -> Result<bool> {
          v1::Predicate proto;
          proto.mutable_compare()->set_attribute("source");
          proto.mutable_compare()->set_op(v1::Compare::OP_EQ);
          proto.mutable_compare()->set_text(slug);
          Segment segment;
          segment.slug = slug;
          segment.predicate = proto.SerializeAsString();
          VEFA_TRY_OK(CreateSegment(tx, tenant(), segment, clock_));
          Template words;
          words.slug = slug;
          words.texts = {{"en", "We miss you", "{{unsubscribe_url}}", "<p>{{unsubscribe_url}}</p>"},
                         {"tr", "Özledik", "{{unsubscribe_url}}", ""}};
          VEFA_TRY_OK(CreateTemplate(tx, tenant(), words, clock_));
          campaign::Campaign campaign;
          campaign.slug = slug;
          campaign.display_name = "Win back";
          campaign.segment = campaign.content = slug;
          campaign.purpose = "win-back";
          campaign.channel = 1;
          VEFA_TRY_OK(CreateCampaign(tx, tenant(), campaign, clock_));
          return StartCampaign(tx, tenant(), slug, clock_);
        });
    ASSERT_TRUE(done.ok() && *done);
  }
  std::unique_ptr<Runner> Run() {
    return std::make_unique<Runner>(database_.pump(), peer_, nullptr, clock_, metrics_);
  }
  campaign::Campaign Get(const std::string& slug = "win-back") {
    auto campaign = GetCampaign(database_.service(), tenant(), slug, Soon());
    EXPECT_TRUE(campaign.ok());
    return *campaign;
  }
  bool EventuallyIn(CampaignState state, const std::string& slug = "win-back") {
    return testing::Eventually([&] { return Get(slug).state == state; });
  }
  bool EventuallySubmitted(const std::string& slug = "win-back") {
    return testing::Eventually([&] { return Get(slug).progress.waiting() == 0; });
  }
  void Move(CampaignState from, CampaignState to) {
    auto moved = MoveCampaign(database_.service(), tenant(), "win-back",
                              {from, to, kPausedType, PausedPayload("win-back")}, clock_, Soon());
    ASSERT_TRUE(moved.ok() && *moved);
  }
  // What notification would publish of every accepted message: most delivered, some not.
  std::vector<events::Event> Deliveries() {
    std::vector<events::Event> events;
    int n = 0;
    for (const auto& [key, message] : notification_.messages()) {
      std::string originator = key.substr(0, key.rfind('/'));
      events.push_back(Delivery(message.reason.empty() ? "accepted" : "refused", message.id, message.contact,
                                originator, message.reason));
      if (!message.reason.empty()) continue;
      const char* kind = ++n % 20 == 1 ? "bounced" : n % 20 == 2 ? "failed" : n % 20 == 3 ? "unknown" : "delivered";
      events.push_back(Delivery(kind, message.id, message.contact, originator));
    }
    return events;
  }
  // Whether the tallies are what counting the recipients gives.
  int64_t TallyErrors() {
    return database_.Count(
        "SELECT count(*) FROM (SELECT campaign_id, state, reason, count(*) AS n FROM campaign_recipient GROUP BY 1, 2, 3) r"
        " FULL JOIN (SELECT * FROM campaign_tally WHERE n <> 0) t USING (campaign_id, state, reason)"
        " WHERE r.n IS DISTINCT FROM t.n");
  }

  rpc::PrincipalKey key_{std::string(32, 'k')};
  FakeNotification notification_{key_};
  rpc::Peer peer_{notification_.address(), key_, "campaign"};
  telemetry::Metrics metrics_;
};

TEST_F(RunnerTest, SubmitsEveryoneOnceAndCompletesWhenAllIsKnown) {
  Start(1234);
  auto runner = Run();
  ASSERT_TRUE(EventuallySubmitted());
  Progress progress = Get().progress;
  EXPECT_EQ(progress.requested, 1234);
  EXPECT_EQ(progress.accepted, 1234 - 246);
  EXPECT_EQ(progress.refused, (std::map<std::string, int64_t>{{"NO_CONSENT", 123}, {"CONSENT_WITHDRAWN", 123}}));
  EXPECT_EQ(progress.under_way(), progress.accepted);
  EXPECT_EQ(notification_.calls, 3);
  EXPECT_EQ(notification_.largest, 500);
  EXPECT_EQ(notification_.last.originator(), "campaigns/win-back");
  EXPECT_EQ(notification_.last.content().title(), "Win back");
  EXPECT_EQ(notification_.last.content().texts().at("en").html(), "<p>{{unsubscribe_url}}</p>");
  EXPECT_EQ(notification_.last.content().texts_size(), 2);
  const auto& message = notification_.last.messages(0);
  EXPECT_EQ("campaigns/win-back/" + message.contact().substr(9), message.send_key());

  std::vector<events::Event> deliveries = Deliveries();
  events::Event last = deliveries.back();
  deliveries.pop_back();
  ASSERT_TRUE(Apply(deliveries).ok());
  EXPECT_EQ(Get().progress.under_way(), 1);
  EXPECT_EQ(Get().state, CampaignState::kRunning);
  ASSERT_TRUE(Apply({last}).ok());
  ASSERT_TRUE(EventuallyIn(CampaignState::kCompleted));
  campaign::Campaign done = Get();
  EXPECT_EQ(done.progress.bounced, 50);
  EXPECT_EQ(done.progress.failed, 50);
  EXPECT_EQ(done.progress.unknown, 50);
  EXPECT_EQ(done.progress.delivered, done.progress.accepted - 150);
  EXPECT_TRUE(done.finish_time.has_value());
  EXPECT_EQ(TallyErrors(), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM campaign_run"), 0);
  static const postgres::Statement kCompleted{
      "test_completed", "SELECT payload, aggregate_version FROM event_log WHERE event_type = 'campaign.completed'"};
  auto rows = database_.service().Run(postgres::Scope::Tenant(tenant()), kCompleted, {}, Soon());
  ASSERT_EQ(rows->size(), 1);
  v1::CampaignEvent event;
  ASSERT_TRUE(event.ParseFromString(rows->String(0, 0)));
  EXPECT_EQ(event.campaign_completed().progress().delivered(), done.progress.delivered);
  EXPECT_EQ(event.campaign_completed().progress().refused().at("NO_CONSENT"), 123);
  EXPECT_EQ(rows->Int64(0, 1), 3);
}

TEST_F(RunnerTest, OutcomesReadAgainFromTheBeginningMoveNobody) {
  Start(300);
  auto runner = Run();
  ASSERT_TRUE(EventuallySubmitted());
  std::vector<events::Event> history = Deliveries();
  auto tell = [&](const std::vector<events::Event>& events) {
    ASSERT_TRUE(postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant()}), Soon(),
                                        [&](postgres::Transaction& tx) { return outcomes_.Apply(tx, events); })
                    .ok());
  };
  tell(history);
  ASSERT_TRUE(EventuallyIn(CampaignState::kCompleted));
  auto states = [&] {
    return database_.Count("SELECT sum(hashtextextended(r::text, 0) % 1000000007)::bigint FROM campaign_recipient r") +
           database_.Count("SELECT sum(hashtextextended(t::text, 0) % 1000000007)::bigint FROM campaign_tally t");
  };
  int64_t expected = states();
  int64_t recorded = database_.Count("SELECT count(*) FROM event_log");
  // As a consumer of a new name does: everything once more, in one batch, event by event, and backwards.
  tell(history);
  for (const events::Event& event : history) tell({event});
  std::reverse(history.begin(), history.end());
  tell(history);
  EXPECT_EQ(states(), expected);
  EXPECT_EQ(TallyErrors(), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), recorded);
}

TEST_F(RunnerTest, FailuresAndLostAnswersMakeNoSecondMessage) {
  notification_.failures = 2;
  notification_.lost = 2;
  Start(700);
  auto runner = Run();
  ASSERT_TRUE(EventuallySubmitted());
  auto messages = notification_.messages();
  EXPECT_EQ(messages.size(), 700u);
  EXPECT_EQ(std::count_if(messages.begin(), messages.end(), [](const auto& m) { return m.second.asked > 1; }), 500);
  ASSERT_TRUE(Apply(Deliveries()).ok());
  ASSERT_TRUE(EventuallyIn(CampaignState::kCompleted));
  EXPECT_EQ(Get().progress.requested, 700);
  EXPECT_EQ(TallyErrors(), 0);
}

TEST_F(RunnerTest, EventsMayOvertakeTheAnswer) {
  Start(600);
  std::atomic<int> odd{0};
  notification_.decided = [&](const SubmitMessagesResponse&) {
    if (!Apply(Deliveries()).ok()) ++odd;
    Progress progress = Get().progress;
    if (progress.under_way() != 0 || progress.requested == 0) ++odd;
  };
  auto runner = Run();
  ASSERT_TRUE(EventuallyIn(CampaignState::kCompleted));
  EXPECT_EQ(odd, 0);
  EXPECT_EQ(Get().progress.requested, 600);
  EXPECT_EQ(Get().progress.under_way(), 0);
  EXPECT_EQ(TallyErrors(), 0);
}

TEST_F(RunnerTest, ARepeatOfAnEventOrAStrangersMessageChangesNothing) {
  Start(10);
  auto runner = Run();
  ASSERT_TRUE(EventuallySubmitted());
  auto messages = notification_.messages();
  const auto& accepted = messages.begin()->second;
  events::Event bounced = Delivery("bounced", accepted.id, accepted.contact, "campaigns/win-back");
  for (int turn = 0; turn < 3; ++turn) ASSERT_TRUE(Apply({bounced, bounced}).ok());
  ASSERT_TRUE(Apply({Delivery("delivered", accepted.id, accepted.contact, "campaigns/win-back"),
                     Delivery("accepted", accepted.id, accepted.contact, "campaigns/win-back"),
                     Delivery("delivered", NewId(), NewId(), "campaigns/win-back"),
                     Delivery("delivered", NewId(), std::next(messages.begin())->second.contact, "campaigns/win-back"),
                     Delivery("delivered", NewId(), accepted.contact, "campaigns/other"),
                     Delivery("delivered", NewId(), accepted.contact, "journeys/win-back")})
                  .ok());
  Progress progress = Get().progress;
  EXPECT_EQ(progress.bounced, 1);
  EXPECT_EQ(progress.delivered, 0);
  EXPECT_EQ(progress.audience, 10);
  EXPECT_EQ(TallyErrors(), 0);
}

TEST_F(RunnerTest, NewsFromManySidesAtOnceIsCountedOnce) {
  constexpr int kRecipients = 60;
  Start(kRecipients);
  Predicate everyone;
  everyone.kind = Predicate::Kind::kAll;
  auto members = ListMembers(database_.service(), tenant(), everyone, Uuid{}, kRecipients, Soon());
  ASSERT_EQ(members->size(), static_cast<size_t>(kRecipients));
  std::atomic<int> failed{0};
  std::atomic<int64_t> moved{0};
  auto tell = [&](uint32_t seed) {
    std::mt19937 dice(seed);
    for (int round = 0; round < 60; ++round) {
      std::vector<Outcome> news;
      for (const Uuid& member : *members)
        if (dice() % 3 == 0)
          news.push_back({tenant(), "win-back", member, member,
                          static_cast<RecipientState>(round < 30 ? 1 + dice() % 2 : 2 + dice() % 5), ""});
      std::shuffle(news.begin(), news.end(), dice);
      auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant()}), Soon(),
                                          [&](postgres::Transaction& tx) { return MoveRecipients(tx, news); });
      if (done.ok()) moved += *done;
      failed += !done.ok();
    }
  };
  std::vector<std::thread> threads;
  for (uint32_t seed = 1; seed <= 4; ++seed) threads.emplace_back(tell, seed);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(TallyErrors(), 0);
  EXPECT_EQ(Get().progress.audience, kRecipients);
  EXPECT_EQ(Get().progress.waiting(), 0);
  // Each moved once, or twice by way of accepted.
  EXPECT_GE(moved, kRecipients);
  EXPECT_LE(moved, 2 * kRecipients);
}

TEST_F(RunnerTest, NothingIsSubmittedWhileItIsPaused) {
  Start(1200);
  notification_.decided = [&](const SubmitMessagesResponse&) {
    if (notification_.calls == 1) Move(CampaignState::kRunning, CampaignState::kPaused);
  };
  auto runner = Run();
  ASSERT_TRUE(testing::Eventually([&] { return Get().progress.requested == 500; }));
  // The loop goes on for others in the meantime.
  Start(3, "other");
  ASSERT_TRUE(EventuallySubmitted("other"));
  EXPECT_EQ(Get().progress.requested, 500);
  EXPECT_EQ(Get().state, CampaignState::kPaused);
  Move(CampaignState::kPaused, CampaignState::kRunning);
  ASSERT_TRUE(EventuallySubmitted());
  EXPECT_EQ(notification_.calls, 4);
}

TEST_F(RunnerTest, TwoRunnersShareTheWorkAndNoBatchIsAskedTwice) {
  for (const char* slug : {"one", "two", "three"}) Start(1100, slug);
  auto first = Run();
  auto second = Run();
  for (const char* slug : {"one", "two", "three"}) ASSERT_TRUE(EventuallySubmitted(slug));
  EXPECT_EQ(notification_.calls, 9);
  for (const auto& [key, message] : notification_.messages()) ASSERT_EQ(message.asked, 1) << key;
  EXPECT_EQ(TallyErrors(), 0);
}

TEST_F(RunnerTest, ALeaseHoldsUntilItEndsByTheDatabasesClock) {
  Start(5);
  database_.Run("UPDATE campaign_run SET lease_owner = gen_random_uuid(), lease_until = now() + interval '1 hour'");
  auto runner = Run();
  Start(1, "other");
  ASSERT_TRUE(EventuallySubmitted("other"));
  EXPECT_EQ(Get().progress.requested, 0);
  // Its owner was killed: after the lease the work goes on here.
  database_.Run("UPDATE campaign_run SET lease_until = now() - interval '1 second' WHERE lease_until > now()");
  EXPECT_TRUE(EventuallySubmitted());
}

TEST_F(RunnerTest, ARequestThatIsRefusedIsNotHammered) {
  notification_.reject = true;
  Start(5);
  auto runner = Run();
  ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT sum(attempts)::bigint FROM campaign_run") == 1; }));
  Start(0, "other");
  ASSERT_TRUE(EventuallyIn(CampaignState::kCompleted, "other"));
  EXPECT_EQ(notification_.calls, 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM campaign_run WHERE next_time > now() + interval '5 seconds'"), 1);
  EXPECT_EQ(Get("other").progress.audience, 0);
}

}  // namespace
}  // namespace vefa::campaign
