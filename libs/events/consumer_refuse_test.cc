// Records that are no events, and what becomes of them.
#include "libs/events/consumer_fixture.h"

namespace vefa::events {
namespace {

class ConsumerRefuseTest : public ConsumerFixture {
 protected:
  kafka::Record Without(const std::string& header) {
    kafka::Record record = RecordOf(Make("things/1", 1));
    std::erase_if(record.headers, [&](const auto& each) { return each.first == header; });
    return record;
  }
  kafka::Record With(const std::string& header, const std::string& value) {
    kafka::Record record = Without(header);
    record.headers.emplace_back(header, value);
    return record;
  }
  // The record, whatever it is, stops nothing; returns the reason it was refused for.
  std::string ReasonOf(const kafka::Record& record) {
    int64_t before = Count("unreadable_record");
    Publish(std::vector<kafka::Record>{record});
    EXPECT_TRUE(Within([&] { return Count("unreadable_record") == before + 1; }));
    auto rows = database_.pump().Run(postgres::Scope::EveryTenant(), kNewest, {}, Soon());
    return rows.ok() && !rows->empty() ? rows->String(0, 0) : "";
  }
  static inline const postgres::Statement kNewest{"test_newest",
                                                  "SELECT reason FROM unreadable_record ORDER BY refuse_time DESC LIMIT 1"};
};

TEST_F(ConsumerRefuseTest, WhateverIsNoEventIsRefusedForItsReason) {
  Subscribe();
  kafka::Record record = RecordOf(Make("things/1", 1));
  kafka::Record empty = record;
  empty.value.clear();
  kafka::Record key = record;
  key.key = database_.other_tenant().ToString() + "/things/1";
  kafka::Record bare{topic_, "no key of ours", "hello", {}};
  std::string long_subject(600, 'x');
  EXPECT_EQ(ReasonOf(bare), "EVENT_MALFORMED");
  EXPECT_EQ(ReasonOf(empty), "EVENT_EMPTY");
  EXPECT_EQ(ReasonOf(key), "EVENT_KEY_FOREIGN");
  for (const char* header : {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_recordedtime",
                             "ce_aggversion", "ce_tenantid"})
    EXPECT_EQ(ReasonOf(Without(header)), "EVENT_MALFORMED") << header;
  for (const auto& [header, value] : std::vector<std::pair<std::string, std::string>>{
           {"ce_aggversion", "0"}, {"ce_aggversion", "-1"}, {"ce_aggversion", "1x"}, {"ce_aggversion", "9223372036854775807"},
           {"ce_id", "not-a-uuid"}, {"ce_time", "yesterday"}, {"ce_subject", long_subject}, {"ce_subject", "things/\xff"},
           {"ce_type", std::string("test\0happened", 13)}, {"ce_specversion", "0.3"}, {"ce_source", "/elsewhere/x"},
           {"ce_source", "/vefa/test/not-a-uuid"}, {"ce_causationid", "x"}})
    EXPECT_EQ(ReasonOf(With(header, value)), "EVENT_MALFORMED") << header << " " << value;
  PublishVersions("things/1", 1, 2);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 2; }));
  ExpectMetric("vefa_consumer_refused_total", 25);
  EXPECT_EQ(Count("parked_subject"), 0);
}

TEST_F(ConsumerRefuseTest, DeadLettersCarryTheRecordAndWhereItLay) {
  kafka::Record bare{topic_, std::string("k\0ey", 4), std::string("\x00\xff", 2), {{"some", std::string("\xfe", 1)}}};
  Publish(std::vector<kafka::Record>{bare});
  handler_.Refuse("things/1", 1);
  PublishVersions("things/1", 1, 2);
  Subscribe();
  std::vector<kafka::Message> letters = ReadTopic(dead_letters_, 3);
  ASSERT_EQ(letters.size(), 3u);
  int refused = 0;
  for (const kafka::Message& letter : letters) {
    EXPECT_EQ(letter.header("dlq_consumer"), consumer());
    EXPECT_EQ(letter.header("dlq_topic"), topic_);
    EXPECT_FALSE(letter.header("dlq_offset").empty());
    EXPECT_FALSE(letter.header("dlq_partition").empty());
    if (letter.header("dlq_reason") == "EVENT_MALFORMED") {
      ++refused;
      EXPECT_EQ(letter.key, bare.key);
      EXPECT_EQ(letter.value, bare.value);
      EXPECT_EQ(letter.header("some"), "\xfe");
    } else {
      // Still an event, apart from the topic.
      auto event = FromMessage(letter);
      ASSERT_TRUE(event.ok());
      EXPECT_EQ(event->subject, "things/1");
      EXPECT_EQ(event->payload, "payload of things/1 " + std::to_string(event->aggregate_version));
    }
  }
  EXPECT_EQ(refused, 1);
  EXPECT_TRUE(Within([&] { return Count("parked_event", "NOT copied") + Count("unreadable_record", "NOT copied") == 0; }));
  ExpectMetric("vefa_consumer_dead_letters_total", 3);
}

TEST_F(ConsumerRefuseTest, ADeadLetterTopicThatIsAwayHoldsNobodyUp) {
  settings_.dead_letter_topic = "vefa test no topic";
  Publish(std::vector<kafka::Record>{{topic_, "x", "y", {}}});
  Subscribe();
  ASSERT_TRUE(Within([&] { return Count("unreadable_record", "NOT copied") == 1; }));
  PublishVersions("things/1", 1, 5);
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 5; }, 10));
}

TEST_F(ConsumerRefuseTest, AnEventOfAnUnknownTenantWaitsForIt) {
  Uuid stranger = NewUuidV7(clock_);
  std::vector<Event> events{Make("things/1", 1), Make("things/1", 2), Make("things/2", 1)};
  events[0].tenant = events[1].tenant = stranger;
  Publish(events);
  Subscribe();
  EXPECT_TRUE(Within([&] { return Effects("things/2") == 1; }));
  EXPECT_TRUE(Within([&] { return Count("unreadable_record", "reason = 'TENANT_UNKNOWN'") == 2; }));
  EXPECT_EQ(Count("effect"), 1);
  database_.Run("INSERT INTO tenant (id, slug) VALUES ('" + stranger.ToString() + "', 'stranger')");
  EXPECT_TRUE(Within([&] { return Effects("things/1") == 2; }));
  ExpectEffectsOnceAndInOrder();
  EXPECT_TRUE(Within([&] { return Count("unreadable_record") == 0 && Count("parked_subject") == 0; }));
}

}  // namespace
}  // namespace vefa::events
