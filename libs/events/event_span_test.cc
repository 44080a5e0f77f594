#include "libs/events/event_span.h"

#include <gtest/gtest.h>

#include "libs/base/clock.h"
#include "libs/telemetry/tracer.h"

namespace vefa::events {
namespace {

using telemetry::Trace;

Event Recorded(bool sampled) {
  Event event;
  event.id = NewUuidV7(SystemClock());
  event.type = "contact.created";
  event.subject = "contacts/0193a8c0-0000-7000-8000-0000000000aa";
  event.tenant = *Uuid::Parse("0193a8c0-0000-7000-8000-000000000001");
  event.traceparent = Trace::New().Sampled(sampled).traceparent();
  event.topic = "vefa.contact.v1";
  event.partition = 3;
  event.offset = 41;
  return event;
}

class EventSpanTest : public ::testing::Test {
 protected:
  telemetry::Tracer::Spans Ended() { return tracer_.Take(1000, std::chrono::milliseconds(0)); }

  telemetry::Metrics metrics_;
  telemetry::Tracer tracer_{*telemetry::Sampler::Of("parentbased_always_on", ""), metrics_};
  telemetry::TracerScope scope_{tracer_};
};

TEST_F(EventSpanTest, WhoAppliesAnEventLinksToItsSending) {
  const Event event = Recorded(true);
  PublishSpan(event, event.topic).End();
  { ApplySpans spans("interaction.timeline.v1", {&event, 1}); }
  auto ended = Ended();
  ASSERT_EQ(ended.size(), 2u);
  const Trace recorder = Trace::Parse(event.traceparent);
  for (const auto& span : ended) {
    EXPECT_EQ(span->trace.id(), recorder.id());
    EXPECT_EQ(span->parent, recorder.span());
  }
  EXPECT_EQ(ended[0]->name, "send vefa.contact.v1");
  EXPECT_EQ(ended[1]->name, "process vefa.contact.v1");
  ASSERT_EQ(ended[1]->links.size(), 1u);
  EXPECT_EQ(ended[1]->links[0].span(), ended[0]->trace.span());
  // Whose contact it was is nobody's business.
  for (const auto& span : ended)
    for (const auto& attribute : span->attributes) {
      const auto* text = std::get_if<std::string>(&attribute.value);
      EXPECT_TRUE(text == nullptr || text->find("contacts/") == std::string::npos) << attribute.key;
    }
}

TEST_F(EventSpanTest, ABatchWorksForItsFirstRecordedEvent) {
  const std::vector<Event> events{Recorded(false), Recorded(true), Recorded(true)};
  {
    ApplySpans spans("interaction.timeline.v1", events);
    EXPECT_EQ(telemetry::CurrentTrace().trace_id(), Trace::Parse(events[1].traceparent).trace_id());
    spans.Fail("DATABASE_SLOW");
  }
  EXPECT_FALSE(telemetry::CurrentTrace().valid());
  auto ended = Ended();
  ASSERT_EQ(ended.size(), 2u);
  ASSERT_EQ(ended[1]->links.size(), 2u);
  EXPECT_EQ(ended[1]->links[1].span(), ended[0]->trace.span());
  for (const auto& span : ended) EXPECT_EQ(span->error, "DATABASE_SLOW");
}

TEST_F(EventSpanTest, WhatIsNotRecordedOrNoTraceIsNothing) {
  std::vector<Event> events{Recorded(false), Recorded(true)};
  events[1].traceparent = "garbage";
  for (const Event& event : events) EXPECT_FALSE(PublishSpan(event, event.topic).recording());
  { ApplySpans spans("interaction.timeline.v1", events); }
  EXPECT_TRUE(Ended().empty());
}

}  // namespace
}  // namespace vefa::events
