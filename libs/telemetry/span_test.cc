#include "libs/telemetry/span.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>
#include <type_traits>

#include "libs/base/personal.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/tracer.h"

namespace {
std::atomic<int64_t> allocations{0};
}

// Counted, to show what allocates nothing.
// Not inlined, or the compiler takes new and free for a pair that does not belong together.
__attribute__((noinline)) void* operator new(size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace vefa::telemetry {
namespace {

constexpr char kRecorded[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr char kUnrecorded[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

Sampler Named(const std::string& name, const std::string& share = "") {
  auto sampler = Sampler::Of(name, share);
  VEFA_CHECK_OK(sampler);
  return *sampler;
}

// A process that records.
class SpanTest : public ::testing::Test {
 protected:
  Tracer::Spans Ended() { return tracer_.Take(Tracer::kQueueMax, std::chrono::milliseconds(0)); }

  Metrics metrics_;
  Tracer tracer_{Named("parentbased_always_off"), metrics_};
  TracerScope scope_{tracer_};
};

TEST_F(SpanTest, GoesOnFromItsCaller) {
  Trace caller = Trace::Parse(kRecorded);
  {
    Span server = Span::Begin(SpanKind::kServer, caller, "Service/Method");
    ASSERT_TRUE(server.recording());
    EXPECT_EQ(server.trace().trace_id(), caller.trace_id());
    EXPECT_NE(server.trace().span_id(), caller.span_id());
    TraceScope scope(server.trace());
    Span statement = Span::Child(SpanKind::kClient, "contact_insert");
    statement.Set("db.system.name", "postgresql");
    statement.Fail("DATABASE_SLOW");
  }
  Tracer::Spans ended = Ended();
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0]->name, "contact_insert");
  EXPECT_EQ(ended[0]->parent, ended[1]->trace.span());
  EXPECT_EQ(ended[0]->error, "DATABASE_SLOW");
  EXPECT_EQ(std::get<std::string>(ended[0]->attributes.front().value), "postgresql");
  EXPECT_EQ(ended[1]->parent, caller.span());
  EXPECT_GT(ended[0]->start_nanos, 1'600'000'000'000'000'000);
  EXPECT_GE(ended[0]->end_nanos, ended[0]->start_nanos);
}

TEST_F(SpanTest, WhatIsNotRecordedCostsNoMemory) {
  Trace caller = Trace::Parse(kUnrecorded);
  int64_t before = allocations;
  for (int i = 0; i < 100; ++i) {
    Span server = Span::Begin(SpanKind::kServer, i % 2 == 0 ? caller : Trace(), "Service/Method");
    TraceScope scope(server.trace());
    Span statement = Span::Child(SpanKind::kClient, "a statement's name, longer than what fits into a string");
    statement.Set("vefa.batch.size", int64_t{7});
    statement.Link(caller);
    ASSERT_FALSE(server.recording() || statement.recording());
  }
  EXPECT_EQ(allocations - before, 0);
  EXPECT_TRUE(Ended().empty());
}

TEST_F(SpanTest, AQueueThatIsFullDropsAndCounts) {
  Trace caller = Trace::Parse(kRecorded);
  for (size_t i = 0; i < Tracer::kQueueMax + 5; ++i) Span::Begin(SpanKind::kServer, caller, "x").End();
  EXPECT_NE(metrics_.Expose().find("vefa_telemetry_dropped_total{reason=\"queue_full\",signal=\"traces\"} 5"), std::string::npos)
      << metrics_.Expose();
  EXPECT_EQ(tracer_.Take(10, std::chrono::milliseconds(0)).size(), 10u);
  EXPECT_EQ(Ended().size(), Tracer::kQueueMax - 10);
}

TEST_F(SpanTest, LinksAreBounded) {
  Span span = Span::Begin(SpanKind::kConsumer, Trace::Parse(kRecorded), "x");
  for (size_t i = 0; i < 2 * Span::kLinksMax; ++i) span.Link(Trace::New());
  span.End();
  EXPECT_EQ(Ended().front()->links.size(), Span::kLinksMax);
}

TEST_F(SpanTest, TakingWaitsForEnoughOrAWake) {
  std::thread waker([this] { tracer_.Wake(); });
  EXPECT_TRUE(tracer_.Take(1, std::chrono::hours(1)).empty());
  waker.join();
  std::thread ends([] { Span::Begin(SpanKind::kServer, Trace::Parse(kRecorded), "x").End(); });
  EXPECT_EQ(tracer_.Take(1, std::chrono::hours(1)).size(), 1u);
  ends.join();
}

TEST(SamplerTest, FollowsTheCallerOrTheShare) {
  const Trace yes = Trace::Parse(kRecorded), no = Trace::Parse(kUnrecorded);
  EXPECT_TRUE(Named("parentbased_always_off").Samples(yes, yes));
  EXPECT_FALSE(Named("always_off").Samples(yes, yes));
  EXPECT_FALSE(Named("parentbased_always_on").Samples(no, no));
  EXPECT_TRUE(Named("always_on").Samples(no, no));
  EXPECT_FALSE(Named("parentbased_traceidratio", "0").Samples(Trace(), yes));
  EXPECT_TRUE(Named("traceidratio").Samples(no, no));
  // 0x8448eb211c80319c / 2^64 is 0.5167.
  EXPECT_FALSE(Named("traceidratio", "0.516").Samples(Trace(), yes));
  EXPECT_TRUE(Named("traceidratio", "0.517").Samples(Trace(), yes));
}

TEST(SamplerTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(Sampler::Of("sometimes", "").error().reason, "SAMPLER_UNKNOWN");
  for (const char* share : {"2", "-1", "a", "0.5x", "nan"})
    EXPECT_EQ(Sampler::Of("parentbased_traceidratio", share).error().reason, "SAMPLER_SHARE") << share;
}

TEST(SamplerTest, AShareIsOne) {
  Sampler tenth = Named("parentbased_traceidratio", "0.1");
  int kept = 0;
  for (int i = 0; i < 20000; ++i) kept += tenth.Samples(Trace(), Trace::New()) ? 1 : 0;
  // Five standard deviations.
  EXPECT_NEAR(kept, 2000, 212);
}

TEST(OffTest, TheCallersTraceGoesThroughUntouched) {
  for (const char* header : {kRecorded, kUnrecorded}) {
    Span span = Span::Begin(SpanKind::kServer, Trace::Parse(header), "x");
    EXPECT_FALSE(span.recording());
    EXPECT_EQ(span.trace().traceparent(), header);
  }
  Span first = Span::Begin(SpanKind::kServer, Trace(), "x");
  EXPECT_TRUE(first.trace().valid());
  EXPECT_FALSE(first.trace().sampled());
}

TEST(LogTest, ALineSaysForWhomAndIsCounted) {
  Metrics metrics;
  metrics.Expose();
  const uint64_t before = CountLines(Level::kWarn);
  testing::internal::CaptureStderr();
  {
    TraceScope scope(Trace::Parse(kRecorded));
    NoteTenant(*Uuid::Parse("0193a8c0-0000-7000-8000-000000000001"));
    Warn("something", {{"count", 3}});
  }
  Warn("something else");
  std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_NE(lines.find("\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\",\"span_id\":\"b7ad6b7169203331\","
                       "\"tenant\":\"0193a8c0-0000-7000-8000-000000000001\",\"count\":3}"),
            std::string::npos)
      << lines;
  EXPECT_EQ(lines.substr(lines.find('\n') + 1).find("tenant"), std::string::npos) << lines;
  EXPECT_EQ(CountLines(Level::kWarn), before + 2);
  EXPECT_NE(metrics.Expose().find("vefa_log_messages_total{level=\"warn\"} " + std::to_string(before + 2)), std::string::npos);
}

// What cannot be compiled: each of these would let a person's name out.
using Name = Personal<std::string>;
template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(std::is_constructible_v<Field, std::string> && Printable<std::string>, "the checks below can fail");
static_assert(!std::is_constructible_v<Field, Name>);
static_assert(!std::is_convertible_v<Name, std::string> && !std::is_constructible_v<std::string, Name>);
static_assert(!std::is_convertible_v<Name, std::string_view> && !std::is_constructible_v<std::string_view, Name>);
static_assert(!Printable<Name>);
static_assert(!std::is_invocable_v<decltype([](Span& span, const auto& value) -> decltype(span.Set("x", value)) {}), Span&, const Name&>);

}  // namespace
}  // namespace vefa::telemetry
