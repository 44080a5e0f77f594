// What is recorded of a call, from who calls to the statement, and what is measured of it.
#include <algorithm>

#include "libs/telemetry/tracer.h"
#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

using telemetry::SpanKind;
using telemetry::Trace;

constexpr char kCreate[] = "vefa.contact.v1.ContactService/CreateContact";

class ContactTraceTest : public ContactServiceTest {
 protected:
  // All of them have ended when the caller hears.
  std::vector<telemetry::SpanData> SpansOf(const Trace& trace) {
    std::vector<telemetry::SpanData> spans;
    for (auto& span : tracer_.Take(1000, std::chrono::milliseconds(0)))
      if (span->trace.id() == trace.id()) spans.push_back(*span);
    return spans;
  }
  static const telemetry::SpanData& Only(const std::vector<telemetry::SpanData>& spans, SpanKind kind, const std::string& name) {
    auto is = [&](const auto& span) { return span.kind == kind && span.name == name; };
    EXPECT_EQ(std::count_if(spans.begin(), spans.end(), is), 1) << name;
    return *std::find_if(spans.begin(), spans.end(), is);
  }

  telemetry::Tracer tracer_{*telemetry::Sampler::Of("parentbased_always_off", ""), metrics_};
  telemetry::TracerScope tracer_scope_{tracer_};
};

TEST_F(ContactTraceTest, FromTheCallerToTheStatement) {
  const Trace caller = Trace::New().Sampled(true);
  {
    telemetry::TraceScope scope(caller);
    ASSERT_TRUE(Call(&Stub::CreateContact, Person("trace/1")).ok());
  }
  auto spans = SpansOf(caller);
  const auto& call = Only(spans, SpanKind::kClient, kCreate);
  const auto& served = Only(spans, SpanKind::kServer, kCreate);
  const auto& batch = Only(spans, SpanKind::kInternal, std::string(kCreate) + " batch");
  const auto& statement = Only(spans, SpanKind::kClient, "contact_insert");
  EXPECT_EQ(call.parent, caller.span());
  EXPECT_EQ(served.parent, call.trace.span());
  EXPECT_EQ(batch.parent, served.trace.span());
  EXPECT_EQ(statement.parent, batch.trace.span());
  // The event says which call recorded it, and that it is recorded.
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE traceparent = '" + served.trace.traceparent() + "'"), 1);
  for (const auto& span : spans)
    for (const auto& attribute : span.attributes) {
      const auto* text = std::get_if<std::string>(&attribute.value);
      if (text == nullptr) continue;
      EXPECT_EQ(text->find("deniz"), std::string::npos) << attribute.key;
      EXPECT_EQ(text->find("Ayşe"), std::string::npos) << attribute.key;
    }
}

TEST_F(ContactTraceTest, AFailedCallSaysWhy) {
  const Trace caller = Trace::New().Sampled(true);
  {
    telemetry::TraceScope scope(caller);
    EXPECT_FALSE(Get("contacts/0191e5f0-0000-7000-8000-0123456789ab").ok());
  }
  auto spans = SpansOf(caller);
  const std::string name = "vefa.contact.v1.ContactService/GetContact";
  EXPECT_EQ(Only(spans, SpanKind::kClient, name).error, "CONTACT_NOT_FOUND");
  EXPECT_EQ(Only(spans, SpanKind::kServer, name).error, "CONTACT_NOT_FOUND");
}

TEST_F(ContactTraceTest, WhatIsNotSampledIsNotRecordedAndKeepsItsTrace) {
  const Trace caller = Trace::New();
  {
    telemetry::TraceScope scope(caller);
    ASSERT_TRUE(Call(&Stub::CreateContact, Person("trace/2")).ok());
  }
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE traceparent LIKE '00-" + caller.trace_id() + "-%-00'"), 1);
  EXPECT_TRUE(tracer_.Take(1000, std::chrono::milliseconds(0)).empty());
}

TEST_F(ContactTraceTest, CallsAreMeasuredOnBothSidesByStatus) {
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("trace/3")).ok());
  EXPECT_FALSE(Call(&Stub::CreateContact, Person("trace/3")).ok());
  for (const std::string status : {"OK", "ALREADY_EXISTS"}) {
    const std::string labels = "{grpc_method=\"" + std::string(kCreate) + "\",grpc_status=\"" + status + "\"";
    EXPECT_NE(metrics_.Expose().find("grpc_server_call_duration_seconds_count" + labels + "} 1"), std::string::npos) << status;
    EXPECT_NE(metrics_.Expose().find("grpc_client_attempt_duration_seconds_count" + labels + ",grpc_target=\"127.0.0.1:"),
              std::string::npos)
        << metrics_.Expose();
  }
}

}  // namespace
}  // namespace vefa::contact
