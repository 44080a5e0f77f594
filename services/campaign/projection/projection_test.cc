#include "libs/rpc/time.h"
#include "services/campaign/projection/projection.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "libs/events/append.h"
#include "libs/events/projection_worker.h"
#include "libs/events/subscriber.h"
#include "libs/kafka/producer.h"
#include "libs/testing/ledger.h"
#include "services/campaign/engine_fixture.h"

namespace vefa::campaign {
namespace {

class ProjectionTest : public EngineTest {
 protected:
  // Everything the projection holds, as one text.
  std::string Dump() {
    static const postgres::Statement kDump{
        "test_dump",
        "SELECT coalesce((SELECT string_agg(s::text, E'\\n' ORDER BY contact_id) FROM contact_state s), '') || E'\\n' ||"
        " coalesce((SELECT string_agg(c::text, E'\\n' ORDER BY contact_id, purpose, channel) FROM contact_consent c), '')"};
    auto rows = database_.service().Run(postgres::Scope::Tenant(tenant()), kDump, {}, Soon());
    return rows->String(0, 0);
  }
  // As its owner would have.
  void Record(const events::Event& event) {
    static const postgres::Statement kRecord{
        "test_record", "SELECT " VEFA_APPEND_EVENTS("$1, $2, $3, $4, $5, $6, '', NULL, $7")};
    auto done = database_.service().Run(
        postgres::Scope::Tenant(event.tenant), kRecord,
        postgres::Bound(event.tenant, event.subject, event.aggregate_version, event.id, event.type, event.occur_time,
                        postgres::Bytes{event.payload}),
        Soon());
    ASSERT_TRUE(done.ok()) << done.error().metadata.at("detail");
  }
  events::ProjectionRun Do(events::ProjectionWorker& worker, events::RunKind kind) {
    auto run = events::EnqueueRun(database_.pump(), Projection::Info().consumer, kind, events::RunFrom::kLedger, clock_, Soon());
    EXPECT_TRUE(run.ok()) << run.error().message;
    worker.Wake();
    EXPECT_TRUE(testing::Eventually([&] {
      run = events::GetRun(database_.pump(), run->id, Soon());
      return run->state == events::RunState::kDone || run->state == events::RunState::kFailed;
    }));
    return *run;
  }
  void Forget() { database_.Run("DELETE FROM contact_state; DELETE FROM contact_consent"); }
  // A life per contact: three topics, each in its own order.
  std::vector<std::vector<events::Event>> Histories() {
    Time now = clock_.Now();
    std::vector<events::Event> contacts, orders, scores;
    for (int n = 0; n < 40; ++n) {
      Uuid id = NewId();
      contacts.push_back(Contact(id, "en"));
      if (n % 3 == 0) contacts.push_back(Consent(id, true, now - std::chrono::hours(3)));
      if (n % 6 == 0) contacts.push_back(Consent(id, false, now - std::chrono::hours(n % 12 == 0 ? 1 : 5)));
      if (n % 4 == 0) contacts.push_back(Contact(id, "tr", ""));
      for (int i = 0; i < n % 5; ++i) orders.push_back(Order(id));
      if (n % 2 == 0) scores.push_back(Score(id, n, 0.25));
      if (n % 8 == 0) scores.push_back(Score(id, n + 1, 0.75));
      if (n % 7 == 0) contacts.push_back(Limited(id, n % 2 == 0));
      if (n % 10 == 5) contacts.push_back(Erased(id));
    }
    return {contacts, orders, scores};
  }
};

TEST_F(ProjectionTest, TopicsMayComeInAnyOrderBetweenEachOther) {
  auto histories = Histories();
  for (const auto& history : histories) ASSERT_TRUE(Apply(history).ok());
  std::string expected = Dump();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_state WHERE known"), 36);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_state WHERE erased AND language IS NULL AND source IS NULL"), 4);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_state WHERE scored"), 20);
  EXPECT_EQ(database_.Count("SELECT sum(order_count)::bigint FROM contact_state"), 80);
  std::mt19937 dice(std::random_device{}());
  for (int turn = 0; turn < 10; ++turn) {
    Forget();
    std::vector<size_t> next(histories.size(), 0);
    std::vector<events::Event> batch;
    for (;;) {
      std::vector<size_t> open;
      for (size_t topic = 0; topic < histories.size(); ++topic)
        if (next[topic] < histories[topic].size()) open.push_back(topic);
      if (!open.empty()) {
        size_t topic = open[dice() % open.size()];
        batch.push_back(histories[topic][next[topic]++]);
      }
      if (open.empty() || dice() % 8 == 0) {
        ASSERT_TRUE(Apply(batch).ok());
        batch.clear();
      }
      if (open.empty()) break;
    }
    ASSERT_EQ(Dump(), expected) << "turn " << turn;
  }
}

TEST_F(ProjectionTest, AScoreOfAContactNotYetKnownWaitsForIt) {
  Uuid id = NewId();
  ASSERT_TRUE(Apply({Score(id, 3, 0.2), Order(id), Consent(id, true, clock_.Now())}).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_state WHERE known"), 0);
  ASSERT_TRUE(Apply({Contact(id, "tr")}).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_state WHERE known AND scored AND order_count = 1"
                            " AND frequency = 3 AND language = 'tr' AND source = 'cdnow'"),
            1);
}

TEST_F(ProjectionTest, AnErasedContactIsNeverOfAnAudienceAgainInAnyOrder) {
  Uuid id = NewId();
  std::vector<events::Event> events{Contact(id, "tr"), Consent(id, true, clock_.Now()), Erased(id), Contact(id, "en"),
                                    Order(id), Score(id, 3, 0.2)};
  // One by one, in one batch, and with the other topic's events first.
  for (const events::Event& event : events) ASSERT_TRUE(Apply({event}).ok());
  std::string expected = Dump();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_state WHERE NOT known AND erased AND language IS NULL"
                            " AND order_count = 1 AND scored"),
            1);
  Forget();
  ASSERT_TRUE(Apply(events).ok());
  EXPECT_EQ(Dump(), expected);
  Forget();
  ASSERT_TRUE(Apply({events[4], events[5]}).ok());
  ASSERT_TRUE(Apply({events[0], events[1]}).ok());
  ASSERT_TRUE(Apply({events[2], events[3]}).ok());
  EXPECT_EQ(Dump(), expected);
}

TEST_F(ProjectionTest, WhoIsRestrictedCountsAgainWhenThatIsLifted) {
  auto counted = [&](const events::Event& event) {
    EXPECT_TRUE(Apply({event}).ok());
    return database_.Count("SELECT count(*) FROM contact_state WHERE known AND restricted IS NOT TRUE");
  };
  Uuid id = NewId();
  EXPECT_EQ(counted(Contact(id, "tr")), 1);
  EXPECT_EQ(counted(Limited(id, false)), 1);  // Somebody who objects.
  EXPECT_EQ(counted(Limited(id, true)), 0);
  EXPECT_EQ(counted(Contact(id, "en")), 0);
  EXPECT_EQ(counted(Score(id, 3, 0.2)), 0);
  EXPECT_EQ(counted(Limited(id, false)), 1);
}

TEST_F(ProjectionTest, WhatIsEmptyOrNoNumberIsMissing) {
  Uuid id = NewId();
  ASSERT_TRUE(Apply({Contact(id, "en", ""), Score(id, 1, std::nan(""))}).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_state WHERE source IS NULL AND p_alive IS NULL"
                            " AND mean_value IS NULL AND expected_value = 0 AND frequency = 1"),
            1);
}

TEST_F(ProjectionTest, TheConsentSaidLastRulesWhateverItsPlace) {
  Uuid id = NewId();
  Time now = clock_.Now();
  ASSERT_TRUE(Apply({Consent(id, false, now), Consent(id, true, now - std::chrono::hours(1))}).ok());
  EXPECT_EQ(database_.Count("SELECT state FROM contact_consent"), 2);
  ASSERT_TRUE(Apply({Consent(id, true, now - std::chrono::minutes(1))}).ok());
  EXPECT_EQ(database_.Count("SELECT state FROM contact_consent"), 2);
  ASSERT_TRUE(Apply({Consent(id, true, now)}).ok());
  EXPECT_EQ(database_.Count("SELECT state FROM contact_consent"), 1);
  // A refusal is no agreement either.
  ASSERT_TRUE(Apply({Refused(id, now + std::chrono::minutes(1))}).ok());
  EXPECT_EQ(database_.Count("SELECT state FROM contact_consent"), 3);
}

TEST_F(ProjectionTest, WhatHoldsIsOfTheAddressThatIsUsed) {
  const Uuid id = NewId();
  const Time now = clock_.Now();
  auto moved = [&](contact::v1::Consent::State state, std::optional<Time> said) {
    contact::v1::ContactEvent proto;
    auto& changed = *proto.mutable_consent_changed();
    changed.set_address_changed(true);
    changed.set_state(state);
    changed.mutable_terms()->set_purpose("win-back");
    changed.mutable_terms()->set_channel(contact::v1::CHANNEL_EMAIL);
    if (said) *changed.mutable_said_time() = rpc::ToProto(*said);
    return Wrap("consent.changed", ResourceName("contacts", id), proto.SerializeAsString(), now);
  };
  auto unused = Consent(id, false, now);
  contact::v1::ContactEvent proto;
  ASSERT_TRUE(proto.ParseFromString(unused.payload));
  proto.mutable_consent_withdrawn()->mutable_terms()->set_unused_point(true);
  unused.payload = proto.SerializeAsString();
  ASSERT_TRUE(Apply({Consent(id, true, now - std::chrono::hours(3)), unused}).ok());
  EXPECT_EQ(database_.Count("SELECT state FROM contact_consent"), 1) << "no message goes there";
  // Another address, of which something was said before; then something of it that was said in between, and is heard of now.
  ASSERT_TRUE(Apply({moved(contact::v1::Consent::STATE_WITHDRAWN, now - std::chrono::hours(5))}).ok());
  EXPECT_EQ(database_.Count("SELECT state FROM contact_consent"), 2);
  ASSERT_TRUE(Apply({Consent(id, true, now - std::chrono::hours(4))}).ok());
  EXPECT_EQ(database_.Count("SELECT state FROM contact_consent"), 1);
  // In one batch as well, and where nothing was said.
  ASSERT_TRUE(Apply({moved(contact::v1::Consent::STATE_UNSPECIFIED, std::nullopt)}).ok());
  EXPECT_EQ(database_.Count("SELECT state FROM contact_consent"), 0);
  ASSERT_TRUE(Apply({Consent(id, true, now), moved(contact::v1::Consent::STATE_REFUSED, now - std::chrono::hours(9)),
                     Consent(id, true, now - std::chrono::hours(8))}).ok());
  EXPECT_EQ(database_.Count("SELECT state FROM contact_consent"), 1);
}

TEST_F(ProjectionTest, WhoIsAPartOfAnotherIsOfNoAudienceUntilSetFree) {
  Uuid id = NewId(), survivor = NewId();
  auto merge = [&](bool merged) {
    contact::v1::ContactEvent proto;
    auto& state = merged ? *proto.mutable_merged()->mutable_state() : *proto.mutable_unmerged()->mutable_state();
    state.set_language("tr");
    if (merged) state.set_merged_into(ResourceName("contacts", survivor));
    return Wrap(merged ? "contact.merged" : "contact.unmerged", ResourceName("contacts", id), proto.SerializeAsString(), clock_.Now());
  };
  const char* known = "SELECT count(*) FROM contact_state WHERE known";
  ASSERT_TRUE(Apply({Contact(id, "en"), merge(true)}).ok());
  EXPECT_EQ(database_.Count(known), 0);
  // An order of theirs makes nobody known again.
  ASSERT_TRUE(Apply({Order(id)}).ok());
  EXPECT_EQ(database_.Count(known), 0);
  ASSERT_TRUE(Apply({merge(false)}).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_state WHERE known AND language = 'tr' AND order_count = 1"), 1);
}

TEST_F(ProjectionTest, UnknownTypesAreLeftAloneAndMalformedOnesNamed) {
  EXPECT_TRUE(Apply({Wrap("contact.cloned", "contacts/x", "?", clock_.Now())}).ok());
  events::Event event = Contact(NewId(), "en");
  event.payload = "\xFF\xFF";
  EXPECT_EQ(Apply({event}).error().reason, "EVENT_MALFORMED");
  EXPECT_EQ(Dump(), "\n");
}

TEST_F(ProjectionTest, IsBuiltAnewFromTheLedgersAndVerified) {
  auto histories = Histories();
  for (const auto& history : histories) {
    for (const events::Event& event : history) Record(event);
    ASSERT_TRUE(Apply(history).ok());
  }
  std::string expected = Dump();
  Forget();
  testing::DatabaseLedger ledger({{"vefa.contact.v1", &database_.service()}, {"vefa.interaction.v1", &database_.service()}});
  telemetry::Metrics metrics;
  events::ProjectionWorker worker(database_.pump(), {{Projection::Info(), &projection_}}, &ledger, "",
                                  std::chrono::minutes(0), clock_, metrics);
  events::ProjectionRun rebuilt = Do(worker, events::RunKind::kRebuild);
  EXPECT_EQ(rebuilt.state, events::RunState::kDone) << rebuilt.error;
  EXPECT_EQ(Dump(), expected);
  events::ProjectionRun healthy = Do(worker, events::RunKind::kVerify);
  EXPECT_EQ(healthy.rows_missing + healthy.rows_unexpected + healthy.subjects_unverifiable, 0);
  EXPECT_GE(healthy.rows_compared, 40);
  database_.Run("UPDATE contact_state SET order_count = order_count + 1 WHERE contact_id = (SELECT min(contact_id::text)::uuid"
                " FROM contact_state); DELETE FROM contact_consent WHERE contact_id = (SELECT max(contact_id::text)::uuid"
                " FROM contact_consent)");
  events::ProjectionRun spoilt = Do(worker, events::RunKind::kVerify);
  EXPECT_EQ(spoilt.rows_missing, 2);
  EXPECT_EQ(spoilt.rows_unexpected, 1);
  ASSERT_EQ(spoilt.differences.size(), 2u);
  EXPECT_TRUE(spoilt.differences[0].ends_with(" differs in order_count")) << spoilt.differences[0];
  EXPECT_TRUE(spoilt.differences[1].ends_with(" is missing")) << spoilt.differences[1];
}

TEST_F(ProjectionTest, ReadsRealTopicsWithRepeatsOnce) {
  std::string topics[] = {testing::TestTopic("vefa.contact"), testing::TestTopic("vefa.interaction"),
                          testing::TestTopic("vefa.interaction")};
  auto histories = Histories();
  kafka::Producer producer(testing::KafkaBrokers(), "test");
  for (size_t topic = 0; topic < histories.size(); ++topic) {
    std::vector<kafka::Record> records;
    for (const events::Event& event : histories[topic])
      records.push_back(events::ToRecord(event, {"test", topics[topic], "test"}));
    // A relay that crashed between Kafka's acknowledgement and its own publishes everything again.
    for (int turn = 0; turn < 2; ++turn) {
      std::vector<bool> acknowledged = producer.Publish(records, Soon(), [] { return false; });
      ASSERT_EQ(std::count(acknowledged.begin(), acknowledged.end(), true), static_cast<long>(records.size()));
    }
  }
  telemetry::Metrics metrics;
  {
    events::Subscriber subscriber(topics[0] + ".consumer", {std::begin(topics), std::end(topics)},
                                  testing::KafkaBrokers(), database_.pump(), projection_, metrics);
    ASSERT_TRUE(testing::Eventually(
        [&] {
          return database_.Count("SELECT coalesce(sum(next_offset), 0)::bigint FROM consumer_position") ==
                 static_cast<int64_t>(2 * (histories[0].size() + histories[1].size() + histories[2].size()));
        },
        std::chrono::seconds(60)));
  }
  std::string read = Dump();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_event"), 0);
  Forget();
  for (const auto& history : histories) ASSERT_TRUE(Apply(history).ok());
  EXPECT_EQ(read, Dump());
}

}  // namespace
}  // namespace vefa::campaign
