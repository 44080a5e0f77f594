// Timelines from real Kafka: orders by their own way through the outbox, the others as contact and
// notification publish them.
#include "libs/events/projection_worker.h"
#include "libs/events/relay.h"
#include "libs/events/subscriber.h"
#include "libs/kafka/producer.h"
#include "services/interaction/interaction_events.h"
#include "services/interaction/interaction_fixture.h"
#include "services/interaction/score/purchase_store.h"
#include "services/interaction/timeline/timeline_handler.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::interaction {
namespace {

class TimelineHandlerTest : public InteractionFixture {
 protected:
  events::Event Said(const std::string& type, const std::string& subject, int64_t version, const google::protobuf::Message& payload) {
    events::Event event;
    event.id = NewUuidV7(clock_);
    event.type = type;
    event.subject = subject;
    event.aggregate_version = version;
    event.tenant = tenant_;
    event.occur_time = *ParseTime("1998-07-01") + std::chrono::hours(version);
    event.record_time = clock_.Now();
    event.payload = payload.SerializeAsString();
    return event;
  }
  kafka::Record Published(const std::string& topic, const std::string& type, const std::string& subject,
                          int64_t version, const google::protobuf::Message& payload) {
    return events::ToRecord(Said(type, subject, version, payload), {"test", topic, "test"});
  }
  // What contact and notification say of the person.
  std::vector<kafka::Record> Records() {
    contact::v1::ContactEvent created;
    created.mutable_created()->mutable_state()->set_source("cdnow");
    contact::v1::ContactEvent granted;
    granted.mutable_consent_granted()->mutable_terms()->set_purpose("win-back");
    notification::v1::NotificationEvent accepted;
    Fill(accepted.mutable_accepted()->mutable_message());
    notification::v1::NotificationEvent bounced;
    Fill(bounced.mutable_bounced()->mutable_message());
    bounced.mutable_bounced()->set_reply_code("550 5.1.1");
    contact::v1::ContactEvent updated;
    updated.mutable_updated();
    return {Published(contacts_, "contact.created", Name(), 1, created),
            Published(contacts_, "consent.granted", Name(), 2, granted),
            Published(contacts_, "contact.updated", Name(), 3, updated),
            Published(messages_, "message.accepted", message_, 1, accepted),
            Published(messages_, "message.bounced", message_, 2, bounced)};
  }
  void Fill(notification::v1::MessageInfo* info) {
    info->set_message(message_);
    info->set_contact(Name());
    info->set_originator("campaigns/win-back");
  }
  std::string Name() { return ResourceName("contacts", contact_); }
  int64_t Entries() { return database_.Count("SELECT count(*) FROM timeline_entry"); }
  std::unique_ptr<events::Subscriber> Subscribe() {
    return std::make_unique<events::Subscriber>(orders_ + ".timeline", std::vector<std::string>{contacts_, messages_, orders_},
                                                testing::KafkaBrokers(), database_.pump(), handler_, metrics_);
  }

  const Uuid contact_ = NewUuidV7(clock_);
  const std::string message_ = ResourceName("messages", NewUuidV7(clock_));
  const std::string contacts_ = testing::TestTopic("vefa.contact.test");
  const std::string messages_ = testing::TestTopic("vefa.notification.test");
  const std::string orders_ = testing::TestTopic("vefa.interaction.test");
  TimelineHandler handler_;
};

TEST_F(TimelineHandlerTest, EventsOfEveryServiceStandOnTheTimelineOnce) {
  events::Source source = InteractionSource();
  source.topic = orders_;
  events::Relay relay(database_.pump(), testing::KafkaBrokers(), source, metrics_);
  auto subscriber = Subscribe();
  EXPECT_EQ(Import({Purchase("1", contact_, 9862, 1277), Purchase("2", contact_, 9900, 500)}).created(), 2);
  relay.Wake();
  kafka::Producer producer(testing::KafkaBrokers(), "test");
  std::vector<kafka::Record> records = Records();
  // Twice, as after a relay that died between Kafka's acknowledgement and its own note of it.
  for (int i = 0; i < 2; ++i)
    for (bool acknowledged : producer.Publish(records, Soon(), [] { return false; })) ASSERT_TRUE(acknowledged);
  EXPECT_TRUE(testing::Eventually([&] { return Entries() == 6; }, std::chrono::seconds(60)));
  EXPECT_TRUE(testing::Eventually([&] {
    return database_.Count("SELECT coalesce(sum(next_offset), 0)::bigint FROM consumer_position") == 12;
  }));
  EXPECT_EQ(Entries(), 6);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_event"), 0);

  v1::ListTimelineRequest request;
  request.set_contact(Name());
  auto timeline = Call(&Stub::ListTimeline, request);
  ASSERT_TRUE(timeline.ok()) << timeline.error().message;
  std::map<v1::TimelineEntry::Kind, int> kinds;
  for (const auto& entry : timeline->entries()) ++kinds[entry.kind()];
  EXPECT_EQ(kinds, (std::map<v1::TimelineEntry::Kind, int>{{v1::TimelineEntry::KIND_ORDER, 2},
                                                            {v1::TimelineEntry::KIND_MESSAGE_ACCEPTED, 1},
                                                            {v1::TimelineEntry::KIND_MESSAGE_BOUNCED, 1},
                                                            {v1::TimelineEntry::KIND_CONTACT_CREATED, 1},
                                                            {v1::TimelineEntry::KIND_CONSENT_GRANTED, 1}}));
  const v1::TimelineEntry& oldest = timeline->entries(5);
  EXPECT_EQ(oldest.kind(), v1::TimelineEntry::KIND_ORDER);
  EXPECT_TRUE(oldest.subject().starts_with("orders/"));
  EXPECT_EQ(oldest.facts().at("total"), "12.77");
}

TEST_F(TimelineHandlerTest, IsBuiltAnewFromWhatKafkaHoldsAndVerified) {
  events::ProjectionInfo info = TimelineHandler::Info();
  info.consumer = orders_ + ".timeline";
  info.topics = {contacts_, messages_, orders_};
  database_.Run("UPDATE projection_table SET consumer = '" + info.consumer + "' WHERE consumer = 'interaction.timeline.v1'");
  kafka::Producer producer(testing::KafkaBrokers(), "test");
  for (bool acknowledged : producer.Publish(Records(), Soon(), [] { return false; })) ASSERT_TRUE(acknowledged);
  auto subscriber = Subscribe();
  ASSERT_TRUE(testing::Eventually([&] { return Entries() == 4; }, std::chrono::seconds(60)));
  int64_t lines = database_.Count("SELECT sum(hashtextextended(t::text, 0) % 1000000007)::bigint FROM timeline_entry t");
  database_.Run("DELETE FROM timeline_entry WHERE kind = 5; UPDATE timeline_entry SET facts = '{\"source\": \"nobody\"}' WHERE kind = 7");

  events::ProjectionWorker worker(database_.pump(), {{info, &handler_}}, nullptr, testing::KafkaBrokers(),
                                  std::chrono::minutes(0), clock_, metrics_);
  auto run = [&](events::RunKind kind) {
    auto asked = events::EnqueueRun(database_.pump(), info.consumer, kind, events::RunFrom::kKafka, clock_, Soon());
    worker.Wake();
    EXPECT_TRUE(testing::Eventually([&] {
      asked = events::GetRun(database_.pump(), asked->id, Soon());
      return asked->state == events::RunState::kDone || asked->state == events::RunState::kFailed;
    }, std::chrono::seconds(60)));
    EXPECT_EQ(asked->error, "");
    return *asked;
  };
  events::ProjectionRun spoilt = run(events::RunKind::kVerify);
  EXPECT_EQ(spoilt.rows_missing, 2);
  EXPECT_EQ(spoilt.rows_unexpected, 1);
  run(events::RunKind::kRebuild);
  EXPECT_EQ(database_.Count("SELECT sum(hashtextextended(t::text, 0) % 1000000007)::bigint FROM timeline_entry t"), lines);
  events::ProjectionRun healthy = run(events::RunKind::kVerify);
  EXPECT_EQ(healthy.rows_missing + healthy.rows_unexpected + healthy.subjects_unverifiable, 0);
  EXPECT_EQ(healthy.rows_compared, 4);
}

TEST_F(TimelineHandlerTest, WhatAPartDidTheSurvivorDid) {
  Uuid survivor = NewUuidV7(clock_), top = NewUuidV7(clock_);
  Import({Purchase("1", contact_, 9862, 1277), Purchase("2", survivor, 9900, 500)});
  auto apply = [&](const Uuid& part, const Uuid& whole, bool merged, int64_t version) {
    contact::v1::ContactEvent proto;
    if (merged) proto.mutable_merged()->set_survivor(ResourceName("contacts", whole));
    if (!merged) proto.mutable_unmerged()->set_survivor(ResourceName("contacts", whole));
    auto event = Said(merged ? "contact.merged" : "contact.unmerged", ResourceName("contacts", part), version, proto);
    auto transaction = database_.pump().Begin(postgres::Scope::Tenants({tenant_}), Soon());
    ASSERT_TRUE(handler_.Apply(*transaction, {&event, 1}).ok());
    ASSERT_TRUE(transaction->Commit().ok());
  };
  auto buyers = [&] {
    std::set<Uuid> contacts;
    auto purchases = ReadPurchases(database_.pump(), tenant_, 9900, 0, [] {});
    EXPECT_TRUE(purchases.ok());
    for (const auto& row : purchases->rows) contacts.insert(row.customer);
    return contacts;
  };
  auto kinds = [&](const Uuid& contact) {
    v1::ListTimelineRequest request;
    request.set_contact(ResourceName("contacts", contact));
    std::vector<v1::TimelineEntry::Kind> all;
    auto timeline = Call(&Stub::ListTimeline, request);
    EXPECT_TRUE(timeline.ok());
    for (const auto& entry : timeline->entries()) all.push_back(entry.kind());
    return all;
  };
  EXPECT_EQ(buyers(), (std::set{contact_, survivor}));
  apply(contact_, survivor, true, 3);
  apply(survivor, top, true, 4);
  EXPECT_EQ(buyers(), std::set{top});
  EXPECT_EQ(kinds(top), (std::vector{v1::TimelineEntry::KIND_CONTACT_MERGED, v1::TimelineEntry::KIND_CONTACT_MERGED}));
  apply(contact_, survivor, false, 5);
  EXPECT_EQ(buyers(), (std::set{contact_, top}));
  EXPECT_EQ(kinds(contact_), (std::vector{v1::TimelineEntry::KIND_CONTACT_UNMERGED, v1::TimelineEntry::KIND_CONTACT_MERGED}));
  EXPECT_EQ(kinds(top).size(), 1u);
}

TEST_F(TimelineHandlerTest, NothingIsConcludedOfWhoIsRestrictedOrObjects) {
  Uuid other = NewUuidV7(clock_);
  Import({Purchase("1", contact_, 9862, 1277), Purchase("2", other, 9900, 500)});
  int64_t version = 3;
  auto buyers_after = [&](bool restricted, bool objects, std::vector<std::string> purposes) {
    contact::v1::ContactEvent proto;
    auto& state = *proto.mutable_processing_limits_changed()->mutable_state();
    if (restricted) state.mutable_restrict_time()->set_seconds(1);
    if (objects) state.mutable_object_time()->set_seconds(1);
    for (const std::string& purpose : purposes) state.add_objected_purposes(purpose);
    auto event = Said("processing_limits.changed", Name(), ++version, proto);
    auto transaction = database_.pump().Begin(postgres::Scope::Tenants({tenant_}), Soon());
    EXPECT_TRUE(handler_.Apply(*transaction, {&event, 1}).ok());
    EXPECT_TRUE(transaction->Commit().ok());
    auto purchases = ReadPurchases(database_.pump(), tenant_, 9900, 0, [] {});
    EXPECT_TRUE(purchases.ok());
    return purchases->rows.size();
  };
  EXPECT_EQ(buyers_after(true, false, {}), 1u);
  EXPECT_EQ(buyers_after(false, false, {}), 2u);
  EXPECT_EQ(buyers_after(false, true, {}), 1u);
  EXPECT_EQ(buyers_after(false, true, {"win-back"}), 2u);
  EXPECT_EQ(buyers_after(false, true, {"profiling", "win-back"}), 1u);
  EXPECT_EQ(Entries(), 0);  // It is nothing that happened between us.
}

TEST_F(TimelineHandlerTest, AConsumerThatForgotItsPlaceAddsNothingTwice) {
  kafka::Producer producer(testing::KafkaBrokers(), "test");
  for (bool acknowledged : producer.Publish(Records(), Soon(), [] { return false; })) ASSERT_TRUE(acknowledged);
  for (int round = 1; round <= 2; ++round) {
    auto subscriber = Subscribe();
    EXPECT_TRUE(testing::Eventually(
        [&] { return database_.Count("SELECT coalesce(sum(next_offset), 0)::bigint FROM consumer_position") == 5; },
        std::chrono::seconds(60)));
    subscriber->Stop();
    EXPECT_EQ(Entries(), 4) << round;
    database_.Run("TRUNCATE consumer_position, applied_version");
  }
}

}  // namespace
}  // namespace vefa::interaction
