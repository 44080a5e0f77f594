// Values: what forbids what, until when, in which zone.
#include "services/contact/boundary/evaluation.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <random>

#include "libs/base/text.h"
#include "services/contact/boundary/time_window.h"

namespace vefa::contact {
namespace {

const SystemClock kClock;

Time Moment(const char* text) { return *ParseTime(text); }

Boundary Rule(const std::string& json, const char* from = "2026-01-01T00:00:00Z", const char* to = nullptr) {
  Boundary boundary;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &boundary.rule).ok()) << json;
  boundary.id = NewUuidV7(kClock);
  boundary.valid_from = Moment(from);
  if (to != nullptr) boundary.valid_to = Moment(to);
  return boundary;
}

std::string Windows(const std::string& zone, const std::string& windows, const std::string& channels = "") {
  return R"({"timeWindow":{"zone":")" + zone + R"(","windows":[)" + windows + R"(],"channels":[)" + channels + "]}}";
}
std::string Window(const std::string& days, int start, int end) {
  return R"({"weekdays":[)" + days + R"(],"startMinute":)" + std::to_string(start) + R"(,"endMinute":)" + std::to_string(end) + "}";
}
constexpr char kWeek[] = "1,2,3,4,5";
constexpr char kEveryDay[] = "1,2,3,4,5,6,7";

// `allowed`, `never`, or when it will be.
std::string Judge(const std::vector<Boundary>& boundaries, const BoundaryQuestion& question) {
  std::vector<const Boundary*> binding;
  for (const Boundary& boundary : boundaries) binding.push_back(&boundary);
  BoundaryAnswer answer = Evaluate(question, binding);
  if (answer.forbidden_by.empty()) return answer.next_allowed_time ? "both" : "allowed";
  return answer.next_allowed_time ? ToRfc3339(*answer.next_allowed_time).substr(0, 16) + "Z" : "never";
}
std::string JudgeAt(const std::vector<Boundary>& boundaries, const char* moment) {
  BoundaryQuestion question;
  question.moment = Moment(moment);
  return Judge(boundaries, question);
}

TEST(EvaluationTest, WhatIsNotSaidIsNotJudged) {
  const std::vector<Boundary> all{
      Rule(R"({"channel":{"channels":["CHANNEL_SMS"]}})"), Rule(R"({"topic":{"topics":["price"]}})"),
      Rule(R"({"person":{"mode":"MODE_ONLY","users":["users/a"]}})"), Rule(R"({"exclusivity":{"regions":["tr-34"]}})"),
      Rule(R"({"dataUse":{"purposes":["profiling"]}})"), Rule(Windows("UTC", Window(kWeek, 0, 1), R"("CHANNEL_SMS")"))};
  BoundaryQuestion question;
  question.moment = Moment("2026-05-01T12:00:00Z");
  EXPECT_EQ(Judge(all, question), "allowed");
}

TEST(EvaluationTest, EachKindForbidsWhatItNames) {
  auto judge = [](const std::string& rule, const std::function<void(BoundaryQuestion&)>& ask) {
    BoundaryQuestion question;
    question.moment = Moment("2026-05-01T12:00:00Z");
    ask(question);
    return Judge({Rule(rule)}, question) != "allowed";
  };
  const std::string channel = R"({"channel":{"channels":["CHANNEL_SMS"]}})";
  EXPECT_TRUE(judge(channel, [](auto& q) { q.channel = 2; }));
  EXPECT_FALSE(judge(channel, [](auto& q) { q.channel = 1; }));
  const std::string topic = R"({"topic":{"topics":["price","politics"]}})";
  EXPECT_TRUE(judge(topic, [](auto& q) { q.topic = "politics"; }));
  EXPECT_FALSE(judge(topic, [](auto& q) { q.topic = "weather"; }));
  const std::string only = R"({"person":{"mode":"MODE_ONLY","users":["users/a"]}})";
  EXPECT_FALSE(judge(only, [](auto& q) { q.user = "users/a"; }));
  EXPECT_TRUE(judge(only, [](auto& q) { q.user = "users/b"; }));
  const std::string not_these = R"({"person":{"mode":"MODE_NOT","users":["users/a"]}})";
  EXPECT_TRUE(judge(not_these, [](auto& q) { q.user = "users/a"; }));
  EXPECT_FALSE(judge(not_these, [](auto& q) { q.user = "users/b"; }));
  const std::string use = R"({"dataUse":{"purposes":["profiling"]}})";
  EXPECT_TRUE(judge(use, [](auto& q) { q.purpose = "profiling"; }));
  EXPECT_FALSE(judge(use, [](auto& q) { q.purpose = "service"; }));
}

TEST(EvaluationTest, ExclusivityIsWhereBothMeet) {
  struct Case {
    const char* rule;
    const char* product;
    const char* region;
    bool forbidden;
  };
  for (const Case& c : {Case{R"({"exclusivity":{"products":["p"],"regions":["r"]}})", "p", "r", true},
                        Case{R"({"exclusivity":{"products":["p"],"regions":["r"]}})", "p", "s", false},
                        Case{R"({"exclusivity":{"products":["p"],"regions":["r"]}})", "o", "r", false},
                        Case{R"({"exclusivity":{"products":["p"],"regions":["r"]}})", "p", "", false},
                        Case{R"({"exclusivity":{"regions":["r"]}})", "o", "r", true},
                        Case{R"({"exclusivity":{"regions":["r"]}})", "", "r", true},
                        Case{R"({"exclusivity":{"products":["p"]}})", "p", "", true},
                        Case{R"({"exclusivity":{"products":["p"]}})", "", "r", false}}) {
    BoundaryQuestion question;
    question.moment = Moment("2026-05-01T12:00:00Z");
    question.product = c.product;
    question.region = c.region;
    EXPECT_EQ(Judge({Rule(c.rule)}, question) != "allowed", c.forbidden) << c.rule << c.product << c.region;
  }
}

TEST(EvaluationTest, OfficeHoursInIstanbul) {
  const std::vector<Boundary> office{Rule(Windows("Europe/Istanbul", Window(kWeek, 540, 1080)))};
  EXPECT_EQ(JudgeAt(office, "2026-05-04T06:00:00Z"), "allowed") << "Monday, 09:00";
  EXPECT_EQ(JudgeAt(office, "2026-05-04T05:59:59Z"), "2026-05-04T06:00Z");
  EXPECT_EQ(JudgeAt(office, "2026-05-04T14:59:59Z"), "allowed");
  EXPECT_EQ(JudgeAt(office, "2026-05-04T15:00:00Z"), "2026-05-05T06:00Z") << "18:00 is too late";
  EXPECT_EQ(JudgeAt(office, "2026-05-08T15:00:00Z"), "2026-05-11T06:00Z") << "Friday evening";
  // 22:30 UTC on Sunday is Monday in Istanbul, and still too early.
  EXPECT_EQ(JudgeAt(office, "2026-05-03T22:30:00Z"), "2026-05-04T06:00Z");
}

TEST(EvaluationTest, AWindowThroughMidnightBelongsToTheDayItBegins) {
  // Friday 22:00 to Saturday 02:00.
  const std::vector<Boundary> night{Rule(Windows("Europe/Istanbul", Window("5", 1320, 120)))};
  EXPECT_EQ(JudgeAt(night, "2026-05-08T19:00:00Z"), "allowed");
  EXPECT_EQ(JudgeAt(night, "2026-05-08T22:59:59Z"), "allowed") << "Saturday, 01:59";
  EXPECT_EQ(JudgeAt(night, "2026-05-08T23:00:00Z"), "2026-05-15T19:00Z") << "Saturday, 02:00";
  EXPECT_EQ(JudgeAt(night, "2026-05-07T20:00:00Z"), "2026-05-08T19:00Z") << "Thursday night";
  // The whole of every day is always.
  const std::vector<Boundary> always{Rule(Windows("Europe/Berlin", Window(kEveryDay, 0, 1440)))};
  for (Time at = Moment("2026-03-28T00:00:00Z"); at < Moment("2026-03-31T00:00:00Z"); at += std::chrono::minutes(7))
    EXPECT_TRUE(IsInside(always[0].rule.time_window(), at)) << ToRfc3339(at);
}

TEST(EvaluationTest, WindowsFollowTheClockThroughItsChanges) {
  // 02:30 to 03:30 in Berlin: half of it is skipped on 2026-03-29, and twice as long on 2026-10-25.
  const std::vector<Boundary> berlin{Rule(Windows("Europe/Berlin", Window("7", 150, 210)))};
  EXPECT_EQ(JudgeAt(berlin, "2026-03-29T00:59:00Z"), "2026-03-29T01:00Z") << "03:00, the first moment after the gap";
  EXPECT_EQ(JudgeAt(berlin, "2026-03-29T01:29:00Z"), "allowed");
  EXPECT_EQ(JudgeAt(berlin, "2026-10-25T00:30:00Z"), "allowed") << "02:30 for the first time";
  EXPECT_EQ(JudgeAt(berlin, "2026-10-25T02:29:00Z"), "allowed") << "03:29";
  EXPECT_EQ(JudgeAt(berlin, "2026-10-25T02:30:00Z"), "2026-11-01T01:30Z");
  // 02:00 to 02:45 does not exist that day, so it opens a week later.
  const std::vector<Boundary> swallowed{Rule(Windows("Europe/Berlin", Window("7", 120, 165)))};
  EXPECT_EQ(JudgeAt(swallowed, "2026-03-28T12:00:00Z"), "2026-04-05T00:00Z");
  // The same hours elsewhere.
  EXPECT_EQ(JudgeAt({Rule(Windows("America/New_York", Window(kWeek, 540, 1080)))}, "2026-03-06T23:30:00Z"),
            "2026-03-09T13:00Z") << "summer time began on Sunday";
}

TEST(EvaluationTest, ABoundaryHoldsFromItsBeginningToItsEnd) {
  const std::vector<Boundary> topic{Rule(R"({"topic":{"topics":["price"]}})", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z")};
  BoundaryQuestion question;
  question.topic = "price";
  for (auto [moment, heard] : {std::pair{"2026-04-30T23:59:59Z", "allowed"}, {"2026-05-01T00:00:00Z", "2026-06-01T00:00Z"},
                               {"2026-05-31T23:59:59Z", "2026-06-01T00:00Z"}, {"2026-06-01T00:00:00Z", "allowed"}}) {
    question.moment = Moment(moment);
    EXPECT_EQ(Judge(topic, question), heard) << moment;
  }
  question.moment = Moment("2026-05-02T00:00:00Z");
  EXPECT_EQ(Judge({Rule(R"({"topic":{"topics":["price"]}})")}, question), "never");
  // Another one begins when the first ends.
  EXPECT_EQ(Judge({topic[0], Rule(R"({"topic":{"topics":["price"]}})", "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z")}, question),
            "2026-07-01T00:00Z");
  // Beyond what is looked ahead.
  EXPECT_EQ(Judge({Rule(R"({"topic":{"topics":["price"]}})", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z")}, question), "never");
}

TEST(EvaluationTest, SeveralMustAllAllow) {
  const Boundary morning = Rule(Windows("Europe/Istanbul", Window(kWeek, 540, 720)));
  const Boundary late = Rule(Windows("Europe/Istanbul", Window("1,3", 660, 1080)));
  EXPECT_EQ(JudgeAt({morning, late}, "2026-05-04T06:00:00Z"), "2026-05-04T08:00Z") << "Monday, 11:00";
  EXPECT_EQ(JudgeAt({morning, late}, "2026-05-04T09:00:00Z"), "2026-05-06T08:00Z") << "Wednesday, 11:00";
  // Hours that never meet, until one of the two ends.
  const Boundary evening = Rule(Windows("Europe/Istanbul", Window(kEveryDay, 1140, 1200)));
  EXPECT_EQ(JudgeAt({morning, evening}, "2026-05-04T06:00:00Z"), "never");
  const Boundary ends = Rule(Windows("Europe/Istanbul", Window(kEveryDay, 1140, 1200)), "2026-01-01T00:00:00Z", "2026-09-01T06:30:00Z");
  EXPECT_EQ(JudgeAt({morning, ends}, "2026-05-04T06:00:00Z"), "2026-09-01T06:30Z") << "Tuesday, 09:30";
  // All that forbid are named, in their order.
  std::vector<Boundary> all{morning, evening};
  BoundaryQuestion question;
  question.moment = Moment("2026-05-09T06:00:00Z");
  std::vector<const Boundary*> binding{&all[0], &all[1]};
  EXPECT_EQ(Evaluate(question, binding).forbidden_by, (std::vector<Uuid>{morning.id, evening.id}));
}

// At the moment that is named it is allowed, and in every quarter of an hour before it is not.
TEST(EvaluationTest, TheNextMomentIsTheFirst) {
  std::mt19937 random(7);
  const char* zones[] = {"Europe/Istanbul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"};
  int found = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<Boundary> boundaries;
    for (unsigned i = 0; i <= random() % 2; ++i) {
      // Whole half hours, so that steps of a quarter meet every edge.
      int start = static_cast<int>(random() % 48) * 30, length = 30 + static_cast<int>(random() % 40) * 30;
      int end = (start + length) % 1440;
      std::string day = std::to_string(random() % 7 + 1);
      boundaries.push_back(Rule(Windows(zones[random() % 5], Window(random() % 2 ? kEveryDay : day, start, end == 0 ? 1440 : end))));
    }
    Time moment = Moment("2026-03-20T00:00:00Z") + std::chrono::minutes(15) * static_cast<int>(random() % 2000);
    std::vector<const Boundary*> binding;
    for (const Boundary& boundary : boundaries) binding.push_back(&boundary);
    BoundaryQuestion question;
    question.moment = moment;
    BoundaryAnswer answer = Evaluate(question, binding);
    if (answer.forbidden_by.empty() || !answer.next_allowed_time) continue;
    ++found;
    for (; question.moment < *answer.next_allowed_time; question.moment += std::chrono::minutes(15))
      ASSERT_FALSE(Evaluate(question, binding).forbidden_by.empty()) << round << " " << ToRfc3339(question.moment);
    question.moment = *answer.next_allowed_time;
    ASSERT_TRUE(Evaluate(question, binding).forbidden_by.empty()) << round;
  }
  EXPECT_GT(found, 100);
}

}  // namespace
}  // namespace vefa::contact
