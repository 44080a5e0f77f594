#include "libs/otlp/encode.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"
#include "libs/otlp/otlp.pb.h"

namespace vefa::otlp {
namespace {

// The same span as OpenTelemetry's own messages write it (PyPI: opentelemetry-proto 1.45.2, SerializeToString with
// deterministic=True): what we send is judged by what collectors were made with.
constexpr char kOfficial[] =
    "0a90020a1d0a1b0a0c736572766963652e6e616d65120b0a09766566612d7465737412ee010a0d0a04766566611205302e32"
    "2e3012dc010a100af7651916cd43dd8448eb211c80319c1208b7ad6b7169203331220800f067aa0ba902b72a0e636f6e7461"
    "63745f696e7365727430033900002a36fe9c97174140423936fe9c97174a1e0a0e64622e73797374656d2e6e616d65120c0a"
    "0a706f737467726573716c4a150a0f766566612e62617463682e73697a65120218074a1d0a0a6572726f722e74797065120f"
    "0a0d44415441424153455f534c4f576a210a104bf92f3577b34da6a3ce929d0e0e4736120800f067aa0ba902b73501000000"
    "7a11120d44415441424153455f534c4f571802850101000000";
// ExportTraceServiceResponse with partial_success {rejected_spans: 3, error_message: "full"}.
constexpr char kPartly[] = "0a080803120466756c6c";

telemetry::Trace Parsed(const char* traceparent) { return telemetry::Trace::Parse(traceparent); }

TEST(EncodeTest, IsWhatOpenTelemetryWrites) {
  auto span = std::make_unique<telemetry::SpanData>();
  span->trace = Parsed("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  span->parent = Parsed("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01").span();
  span->kind = telemetry::SpanKind::kClient;
  span->name = "contact_insert";
  span->start_nanos = 1'700'000'000'000'000'000;
  span->end_nanos = 1'700'000'000'001'000'000;
  span->attributes = {{"db.system.name", std::string("postgresql")}, {"vefa.batch.size", int64_t{7}}};
  span->links = {Parsed("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")};
  span->error = "DATABASE_SLOW";
  telemetry::Tracer::Spans spans;
  spans.push_back(std::move(span));
  auto official = FromHex(kOfficial);
  ASSERT_TRUE(official.ok());
  // The version is the only word of it that changes with time.
  ExportTraceServiceRequest request;
  ASSERT_TRUE(request.ParseFromString(Encode({{"service.name", "vefa-test"}}, spans)));
  request.mutable_resource_spans(0)->mutable_scope_spans(0)->mutable_scope()->set_version("0.2.0");
  EXPECT_EQ(ToHex(request.SerializeAsString()), kOfficial);
}

TEST(EncodeTest, ReadsWhatACollectorRefused) {
  auto partly = FromHex(kPartly);
  ASSERT_TRUE(partly.ok());
  EXPECT_EQ(RejectedSpans(*partly), 3);
  EXPECT_EQ(RejectedSpans(""), 0);
  EXPECT_EQ(RejectedSpans("<html>"), 0);
}

}  // namespace
}  // namespace vefa::otlp
