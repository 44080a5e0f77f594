#include "services/contact/boundary/boundary.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

namespace vefa::contact {
namespace {

// What is broken of a rule, which is written as JSON.
std::vector<std::string> BrokenOf(const std::string& json) {
  Boundary boundary;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &boundary.rule).ok()) << json;
  std::vector<Violation> violations;
  Normalise(boundary, "", violations);
  std::vector<std::string> broken;
  for (const Violation& violation : violations) {
    EXPECT_FALSE(violation.description.empty());
    broken.push_back(violation.field + " " + violation.reason);
  }
  return broken;
}

using Reasons = std::vector<std::string>;

TEST(BoundaryTest, EachKindHasAGoodForm) {
  for (const char* json :
       {R"({"channel":{"channels":["CHANNEL_SMS","CHANNEL_PUSH"]}})",
        R"({"timeWindow":{"zone":"Europe/Istanbul","windows":[{"weekdays":["WEEKDAY_FRIDAY"],"startMinute":1320,"endMinute":360}]}})",
        R"({"timeWindow":{"zone":"UTC","windows":[{"weekdays":["WEEKDAY_FRIDAY"],"startMinute":0,"endMinute":1440}],"channels":["CHANNEL_SMS"]}})",
        R"({"topic":{"topics":["price-increase"]}})",
        R"({"person":{"mode":"MODE_ONLY","users":["users/0191e5f0-0000-7000-8000-0123456789ab"]}})",
        R"({"exclusivity":{"regions":["tr-34"]}})", R"({"exclusivity":{"products":["espresso"]}})",
        R"({"dataUse":{"purposes":["profiling"]}})"})
    EXPECT_EQ(BrokenOf(json), Reasons()) << json;
}

TEST(BoundaryTest, EveryBrokenRuleOfARuleIsSaid) {
  EXPECT_EQ(BrokenOf("{}"), Reasons{"rule REQUIRED"});
  EXPECT_EQ(BrokenOf(R"({"channel":{}})"), Reasons{"rule.channel.channels REQUIRED"});
  EXPECT_EQ(BrokenOf(R"({"channel":{"channels":["CHANNEL_SMS","CHANNEL_SMS",99]}})"),
            (Reasons{"rule.channel.channels REPEATED", "rule.channel.channels CHANNEL_UNKNOWN"}));
  EXPECT_EQ(BrokenOf(R"({"topic":{"topics":["Price Increase",""]}})"),
            (Reasons{"rule.topic.topics[0] CODE_SYNTAX", "rule.topic.topics[1] REQUIRED"}));
  EXPECT_EQ(BrokenOf(R"({"person":{"users":["contacts/1"]}})"),
            (Reasons{"rule.person.mode REQUIRED", "rule.person.users[0] NAME_SYNTAX"}));
  EXPECT_EQ(BrokenOf(R"({"exclusivity":{"holder":"users/1"}})"),
            (Reasons{"rule.exclusivity.holder NAME_SYNTAX", "rule.exclusivity REQUIRED"}));
  EXPECT_EQ(BrokenOf(R"({"dataUse":{}})"), Reasons{"rule.data_use.purposes REQUIRED"});
  std::string many = R"({"topic":{"topics":[)";
  for (int i = 0; i < 51; ++i) many += (i == 0 ? "\"t" : ",\"t") + std::to_string(i) + "\"";
  EXPECT_EQ(BrokenOf(many + "]}}"), Reasons{"rule.topic.topics TOO_MANY"});
}

TEST(BoundaryTest, EveryBrokenRuleOfAWindowIsSaid) {
  EXPECT_EQ(BrokenOf(R"({"timeWindow":{"zone":"Europe/Atlantis"}})"),
            (Reasons{"rule.time_window.zone ZONE_UNKNOWN", "rule.time_window.windows REQUIRED"}));
  EXPECT_EQ(BrokenOf(R"({"timeWindow":{"zone":"UTC","windows":[{"startMinute":1440,"endMinute":1441},
                        {"weekdays":["WEEKDAY_MONDAY",0,8,"WEEKDAY_MONDAY"],"startMinute":60,"endMinute":60}]}})"),
            (Reasons{"rule.time_window.windows[0].weekdays REQUIRED", "rule.time_window.windows[0].start_minute MINUTE_OUT_OF_RANGE",
                     "rule.time_window.windows[0].end_minute MINUTE_OUT_OF_RANGE",
                     "rule.time_window.windows[1].weekdays REPEATED", "rule.time_window.windows[1].weekdays WEEKDAY_UNKNOWN",
                     "rule.time_window.windows[1].weekdays WEEKDAY_UNKNOWN", "rule.time_window.windows[1].end_minute WINDOW_EMPTY"}));
}

TEST(BoundaryTest, ReasonAndTimes) {
  Boundary boundary;
  boundary.rule.mutable_topic()->add_topics("price");
  boundary.reason = "  because\nthey asked ";
  boundary.valid_from = Time(std::chrono::hours(10));
  boundary.valid_to = Time(std::chrono::hours(10));
  std::vector<Violation> violations;
  Normalise(boundary, "boundary.", violations);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field + " " + violations[0].reason, "boundary.valid_to TIME_ORDER");
  EXPECT_EQ(boundary.reason.Reveal(), "because\nthey asked");
  boundary.reason = std::string(501, 'x');
  boundary.valid_to.reset();
  violations.clear();
  Normalise(boundary, "", violations);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].reason, "TOO_LONG");
}

}  // namespace
}  // namespace vefa::contact
