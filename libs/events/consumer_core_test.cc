#include "libs/events/consumer_core.h"

#include <gtest/gtest.h>

#include "libs/events/consumer_batch.h"
#include "libs/events/parking.h"

namespace vefa::events {
namespace {

using std::chrono::milliseconds;

Uuid Id(uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

Event Of(const std::string& subject, int64_t version, uint8_t id, uint8_t life = 1) {
  Event event;
  event.tenant = Id(1);
  event.subject = subject;
  event.aggregate_version = version;
  event.id = Id(id);
  event.type = "test.happened";
  event.incarnation = life == 0 ? Uuid() : Id(life);
  return event;
}

TEST(JudgeTest, VersionsDecide) {
  Watermark known{5, Id(5), Id(1), false};
  EXPECT_EQ(Judge(Of("a", 6, 6), known), Verdict::kApply);
  EXPECT_EQ(Judge(Of("a", 7, 7), known), Verdict::kGap);
  EXPECT_EQ(Judge(Of("a", 5, 5), known), Verdict::kDuplicate);
  EXPECT_EQ(Judge(Of("a", 4, 9), known), Verdict::kDuplicate);
  EXPECT_EQ(Judge(Of("a", 5, 9), known), Verdict::kFork);
  EXPECT_EQ(Judge(Of("a", 1, 1), Watermark()), Verdict::kApply);
  EXPECT_EQ(Judge(Of("a", 2, 2), Watermark()), Verdict::kGap);
}

TEST(JudgeTest, LivesDecideWhereVersionsRepeat) {
  Watermark known{5, Id(5), Id(2), false};
  EXPECT_EQ(Judge(Of("a", 5, 9, 3), known), Verdict::kRestored);
  EXPECT_EQ(Judge(Of("a", 3, 9, 3), known), Verdict::kRestored);
  EXPECT_EQ(Judge(Of("a", 5, 5, 3), known), Verdict::kDuplicate);
  EXPECT_EQ(Judge(Of("a", 6, 6, 3), known), Verdict::kApply);
  // What is known says nothing of its life, or nothing of its event.
  EXPECT_EQ(Judge(Of("a", 3, 9, 3), {5, Id(5), Uuid(), false}), Verdict::kDuplicate);
  EXPECT_EQ(Judge(Of("a", 5, 9, 3), {5, Id(5), Uuid(), false}), Verdict::kFork);
  EXPECT_EQ(Judge(Of("a", 5, 9, 0), {5, Uuid(), Uuid(), false}), Verdict::kDuplicate);
}

TEST(JudgeTest, OfWhatStandsStillOnlyRepeatsAreDropped) {
  Watermark known{5, Id(5), Id(1), true};
  EXPECT_EQ(Judge(Of("a", 6, 6), known), Verdict::kParked);
  EXPECT_EQ(Judge(Of("a", 9, 9), known), Verdict::kParked);
  EXPECT_EQ(Judge(Of("a", 5, 5), known), Verdict::kDuplicate);
}

TEST(PlanBatchTest, ASubjectStandsStillAloneAndOnlyTheFirstEventSaysWhy) {
  std::vector<Event> events{Of("a", 1, 1), Of("b", 1, 2), Of("a", 3, 3), Of("a", 4, 4), Of("b", 2, 5), Of("b", 1, 2)};
  BatchPlan plan = PlanBatch(events, {});
  EXPECT_EQ(plan.apply, (std::vector<const Event*>{&events[0], &events[1], &events[4]}));
  ASSERT_EQ(plan.park.size(), 2u);
  EXPECT_EQ(plan.park[0].second, Verdict::kGap);
  EXPECT_EQ(plan.park[1].second, Verdict::kParked);
  EXPECT_EQ(plan.duplicates, 1u);
  EXPECT_EQ(plan.moved.at({Id(1), "a"}).version, 1);
  EXPECT_EQ(plan.moved.at({Id(1), "b"}).version, 2);
}

// Behind the first event of a later life nothing new of an earlier one follows in a topic: what does was sent by a
// stalled relay. What waited is put into the order of versions, where it may.
TEST(PlanBatchTest, WhatIsOutlivedIsDroppedFromATopicAndNotFromWhatWaited) {
  std::vector<Event> events{Of("a", 4, 4, 2), Of("a", 5, 5, 1), Of("a", 5, 6, 2), Of("a", 6, 7, 0)};
  std::map<SubjectKey, Watermark> known{{{Id(1), "a"}, {3, Id(3), Id(1), false}}};
  BatchPlan plan = PlanBatch(events, known);
  EXPECT_EQ(plan.apply, (std::vector<const Event*>{&events[0], &events[2], &events[3]}));
  EXPECT_EQ(plan.duplicates, 1u);
  plan = PlanBatch(events, known, Order::kWaited);
  EXPECT_EQ(plan.apply, (std::vector<const Event*>{&events[0], &events[1]}));
  ASSERT_EQ(plan.park.size(), 2u);
  EXPECT_EQ(plan.park[0].second, Verdict::kRestored);
}

TEST(NextAttemptTest, TheLadderEndsAtAnOperator) {
  std::vector<milliseconds> retries{milliseconds(1), milliseconds(5)};
  EXPECT_EQ(NextAttempt(retries, 0), milliseconds(1));
  EXPECT_EQ(NextAttempt(retries, 1), milliseconds(5));
  EXPECT_EQ(NextAttempt(retries, 2), std::nullopt);
  EXPECT_EQ(NextAttempt({}, 0), std::nullopt);
}

TEST(ParkingLimitTest, CountsWithinItsWindow) {
  ParkingLimit limit(3, milliseconds(100));
  std::chrono::steady_clock::time_point now;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.Add(now + milliseconds(i)));
  EXPECT_TRUE(limit.Add(now + milliseconds(50)));
  EXPECT_TRUE(limit.Add(now + milliseconds(60)));
  EXPECT_FALSE(limit.Add(now + milliseconds(151)));
  limit.Clear();
  EXPECT_FALSE(limit.Add(now + milliseconds(152)));
}

kafka::Message Message(int64_t offset, bool good) {
  Event event = Of("a", offset + 1, static_cast<uint8_t>(offset + 1));
  kafka::Record record = ToRecord(event, {.service = "test", .topic = "t", .data_schema = "x"});
  return {"t", 0, offset, record.key, good ? "value" : "", record.headers, false};
}

TEST(ConsumerBatchTest, EventsAndRefusalsAreSettledInTheOrderRead) {
  ConsumerBatch batch;
  batch.Read({Message(3, true), Message(4, false), Message(5, true), Message(6, true)}, {{{"t", 0}, 4}});
  EXPECT_EQ(batch.size(), 3u);
  ConsumerBatch::Range range = batch.First(2);
  EXPECT_EQ(range.events.size(), 1u);
  EXPECT_EQ(range.headers.size(), 1u);
  ASSERT_EQ(range.refused.size(), 1u);
  EXPECT_EQ(range.refused[0].record.offset, 4);
  EXPECT_EQ(range.next, (Offsets{{{"t", 0}, 6}}));
  batch.Settle(2);
  range = batch.First(9);
  EXPECT_EQ(range.size, 1u);
  EXPECT_TRUE(range.refused.empty());
  EXPECT_EQ(range.events[0].offset, 6);
  batch.Settle(1);
  EXPECT_TRUE(batch.empty());
}

TEST(ConsumerBatchTest, APartitionThatIsNotOursIsLeftOut) {
  ConsumerBatch batch;
  batch.Read({Message(1, true)}, {{{"t", 1}, 0}});
  EXPECT_TRUE(batch.empty());
}

TEST(ConsumerBatchTest, AJumpIsSeen) {
  ConsumerBatch batch;
  batch.Read({Message(4, true), Message(5, false), Message(7, true)}, {{{"t", 0}, 4}});
  auto jump = batch.FindJump({{{"t", 0}, 4}});
  ASSERT_TRUE(jump.has_value());
  EXPECT_EQ(jump->second, 7);
  EXPECT_TRUE(batch.FindJump({{{"t", 0}, 3}}).has_value());
  batch.Settle(2);
  EXPECT_FALSE(batch.FindJump({{{"t", 0}, kafka::kBeginning}}).has_value());
}

TEST(ConsumerBatchTest, AnUnknownTenantsEventsBecomeWholeRecordsAgain) {
  ConsumerBatch batch;
  kafka::Message message = Message(4, true);
  batch.Read({message, Message(5, false)}, {{{"t", 0}, 4}});
  batch.Refuse(batch.Tenants());
  ConsumerBatch::Range range = batch.First(2);
  ASSERT_EQ(range.refused.size(), 2u);
  EXPECT_EQ(range.refused[0].why.reason, "TENANT_UNKNOWN");
  EXPECT_EQ(range.refused[0].unknown_tenant, Id(1));
  EXPECT_EQ(range.refused[0].record.key, message.key);
  EXPECT_EQ(range.refused[0].record.value, message.value);
  EXPECT_EQ(range.refused[0].record.headers, message.headers);
  EXPECT_EQ(range.refused[1].why.reason, "EVENT_EMPTY");
}

TEST(HeadersTest, PackedHeadersComeBackAndBrokenOnesAreRefused) {
  kafka::Headers headers{{"a", "1"}, {"", std::string("\0\xff", 2)}, {"a", std::string(300, 'x')}};
  std::string packed = PackHeaders(headers);
  EXPECT_EQ(*UnpackHeaders(packed), headers);
  EXPECT_EQ(*UnpackHeaders(""), kafka::Headers());
  for (size_t cut : {size_t{1}, size_t{4}, packed.size() - 1}) EXPECT_FALSE(UnpackHeaders(packed.substr(0, cut)).ok()) << cut;
}

TEST(ReadEventTest, ATopicOfOurServicesTakesItsOwnerOnly) {
  Event event = Of("contacts/1", 1, 1);
  event.payload = "x";
  auto read = [&](const std::string& topic, const std::string& service) {
    kafka::Record record = ToRecord(event, {.service = service, .topic = topic, .data_schema = "x", .incarnation = Id(7)});
    return FromMessage({topic, 0, 0, record.key, record.value, record.headers, false});
  };
  EXPECT_EQ(read("vefa.contact.v1", "contact")->incarnation, Id(7));
  EXPECT_EQ(read("vefa.contact.v1", "campaign").error().reason, "EVENT_SOURCE_FOREIGN");
  EXPECT_EQ(read("vefa.contact.v1", "contacts").error().reason, "EVENT_SOURCE_FOREIGN");
  EXPECT_TRUE(read("vefa.test.abc123", "campaign").ok());
  EXPECT_TRUE(read("vefa.contact.other.v1", "campaign").ok());
}

TEST(ReadEventTest, ARecordThatIsRefusedIsLeftWhole) {
  kafka::Message message = Message(1, true);
  message.headers.erase(message.headers.begin());
  kafka::Message before = message;
  EXPECT_FALSE(TakeEvent(message).ok());
  EXPECT_EQ(message.value, before.value);
  EXPECT_EQ(message.headers, before.headers);
}

}  // namespace
}  // namespace vefa::events
