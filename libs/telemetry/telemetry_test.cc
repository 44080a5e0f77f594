#include <gtest/gtest.h>

#include "libs/telemetry/log.h"
#include "libs/telemetry/metrics.h"
#include "libs/telemetry/trace.h"

namespace vefa::telemetry {
namespace {

TEST(TraceTest, KeepsTheTraceAndChangesTheSpan) {
  Trace trace = Trace::Parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(trace.valid());
  Trace child = trace.Child();
  EXPECT_EQ(child.trace_id(), trace.trace_id());
  EXPECT_NE(child.traceparent(), trace.traceparent());
  EXPECT_TRUE(Trace::Parse(child.traceparent()).valid());
}

TEST(TraceTest, RefusesWhatIsNotOne) {
  for (const char* bad : {"", "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01", "garbage"})
    EXPECT_FALSE(Trace::Parse(bad).valid()) << bad;
}

TEST(TraceTest, ScopeRestoresTheOuterOne) {
  EXPECT_FALSE(CurrentTrace().valid());
  {
    TraceScope scope(Trace::New());
    EXPECT_TRUE(CurrentTrace().valid());
  }
  EXPECT_FALSE(CurrentTrace().valid());
}

TEST(LogTest, EscapesWhatJsonEscapes) { EXPECT_EQ(JsonString("a\"b\\c\nd"), "\"a\\\"b\\\\c\\u000ad\""); }

TEST(MetricsTest, SameNameAndLabelsAreOneObject) {
  Metrics metrics;
  metrics.AddCounter("vefa_things_total", "Things.", {{"kind", "a"}}).Add();
  metrics.AddCounter("vefa_things_total", "Things.", {{"kind", "a"}}).Add(2);
  metrics.AddGauge("vefa_level", "Level.").Set(7);
  metrics.AddHistogram("vefa_wait_seconds", "Wait.").Observe(0.002);
  std::string text = metrics.Expose();
  EXPECT_NE(text.find("vefa_things_total{kind=\"a\"} 3"), std::string::npos) << text;
  EXPECT_NE(text.find("vefa_level 7"), std::string::npos);
  EXPECT_NE(text.find("vefa_wait_seconds_count 1"), std::string::npos);
}

}  // namespace
}  // namespace vefa::telemetry
