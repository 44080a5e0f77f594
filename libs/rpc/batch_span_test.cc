#include "libs/rpc/batch_span.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "libs/telemetry/tracer.h"

namespace vefa::rpc {
namespace {

using telemetry::Span;
using telemetry::SpanKind;
using telemetry::Trace;

struct Item {
  struct {
    Span own;
    Span& span() { return own; }
  } reply;
};
using Items = std::vector<std::unique_ptr<Item>>;

void Add(Items& items, bool sampled) {
  items.push_back(std::make_unique<Item>());
  items.back()->reply.own = Span::Begin(SpanKind::kServer, Trace::New().Sampled(sampled), "Service/Method");
}

class BatchSpanTest : public ::testing::Test {
 protected:
  telemetry::Metrics metrics_;
  telemetry::Tracer tracer_{*telemetry::Sampler::Of("parentbased_always_off", ""), metrics_};
  telemetry::TracerScope scope_{tracer_};
  const Uuid tenant_ = *Uuid::Parse("0193a8c0-0000-7000-8000-000000000001");
};

TEST_F(BatchSpanTest, StandsBelowTheFirstRecordedCallAndIsLinkedWithTheOthers) {
  Items items;
  for (bool sampled : {false, true, false, true, true}) Add(items, sampled);
  std::vector<Trace> calls;
  for (auto& item : items) calls.push_back(item->reply.own.trace());
  {
    BatchSpan span(tenant_, items);
    EXPECT_EQ(telemetry::CurrentTrace().trace_id(), calls[1].trace_id());
    EXPECT_EQ(telemetry::CurrentTenant(), tenant_);
  }
  EXPECT_FALSE(telemetry::CurrentTrace().valid());
  items.clear();
  auto ended = tracer_.Take(100, std::chrono::milliseconds(0));
  ASSERT_EQ(ended.size(), 4u);
  const telemetry::SpanData& batch = *ended.front();
  EXPECT_EQ(batch.name, "Service/Method batch");
  EXPECT_EQ(batch.parent, calls[1].span());
  EXPECT_EQ(std::get<int64_t>(batch.attributes.front().value), 5);
  ASSERT_EQ(batch.links.size(), 2u);
  EXPECT_EQ(batch.links[0].span(), calls[3].span());
  EXPECT_EQ(batch.links[1].span(), calls[4].span());
  EXPECT_TRUE(ended[1]->links.empty());
  for (size_t other : {2, 3}) {
    ASSERT_EQ(ended[other]->links.size(), 1u);
    EXPECT_EQ(ended[other]->links[0].span(), batch.trace.span());
  }
}

TEST_F(BatchSpanTest, IsNothingWhenNobodyIsRecorded) {
  Items items;
  for (bool sampled : {false, false}) Add(items, sampled);
  {
    BatchSpan span(tenant_, items);
    EXPECT_FALSE(telemetry::CurrentTrace().valid());
    EXPECT_EQ(telemetry::CurrentTenant(), tenant_);
  }
  items.clear();
  EXPECT_TRUE(tracer_.Take(100, std::chrono::milliseconds(0)).empty());
}

}  // namespace
}  // namespace vefa::rpc
