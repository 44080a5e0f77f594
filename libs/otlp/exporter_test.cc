#include "libs/otlp/exporter.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "libs/http/server.h"
#include "libs/otlp/otlp.pb.h"

namespace vefa::otlp {
namespace {

using std::chrono::milliseconds;
using telemetry::Span;
using telemetry::SpanKind;
using telemetry::Trace;

constexpr std::chrono::seconds kLongest(20);
const ExportTimes kQuick{milliseconds(5), milliseconds(20), milliseconds(500)};

// A collector that answers as it is told.
class Collector {
 public:
  explicit Collector(const std::string& address = "127.0.0.1:0") {
    http::ServerOptions options;
    options.address = address;
    options.drain_timeout = milliseconds(0);
    auto started = http::Server::Start(options, [this](const http::Request&) {
      http::Route route;
      route.unary = [this](const http::Request& request) { return Take(request); };
      return route;
    });
    VEFA_CHECK_OK(started);
    server_ = *std::move(started);
  }
  ~Collector() { Answer(503); }

  void Answer(int status) {
    std::lock_guard lock(mutex_);
    status_ = status;
    changed_.notify_all();
  }
  // Answers nothing until Answer.
  void Hang() {
    std::lock_guard lock(mutex_);
    status_ = 0;
  }
  bool AwaitRequests(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLongest, [&] { return requests_ >= count; });
  }
  // The names of the spans it took, once there are as many.
  std::vector<std::string> AwaitSpans(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLongest, [&] { return names_.size() >= count; });
    return names_;
  }
  http::Request last() {
    std::lock_guard lock(mutex_);
    return last_;
  }
  uint16_t port() const { return server_->port(); }

 private:
  http::Response Take(const http::Request& request) {
    std::unique_lock lock(mutex_);
    ++requests_;
    last_ = request;
    changed_.notify_all();
    changed_.wait(lock, [this] { return status_ != 0; });
    if (status_ == 200) {
      ExportTraceServiceRequest sent;
      VEFA_CHECK(sent.ParseFromString(request.body));
      for (const auto& span : sent.resource_spans(0).scope_spans(0).spans()) names_.push_back(span.name());
      changed_.notify_all();
    }
    return {status_, {}, ""};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int status_ = 200;
  int requests_ = 0;
  std::vector<std::string> names_;
  http::Request last_;
  std::unique_ptr<http::Server> server_;  // Last: its threads use everything above.
};

class ExporterTest : public ::testing::Test {
 protected:
  Settings To(uint16_t port) {
    Settings settings;
    settings.on = true;
    settings.collector = *http::ParseUrl("http://127.0.0.1:" + std::to_string(port) + "/v1/traces");
    settings.headers = {{"x-scope", "a"}};
    settings.resource = {{"service.name", "vefa-test"}};
    settings.timeout = std::chrono::seconds(10);
    settings.gather = milliseconds(5);
    settings.sampler = *telemetry::Sampler::Of("always_on", "");
    return settings;
  }
  static void Work(const std::string& name) { Span::Begin(SpanKind::kServer, Trace(), name).End(); }
  double Dropped(const std::string& reason) {
    std::string line = "vefa_telemetry_dropped_total{reason=\"" + reason + "\",signal=\"traces\"} ";
    std::string page = metrics_.Expose();
    size_t at = page.find(line);
    return at == std::string::npos ? 0 : std::stod(page.substr(at + line.size()));
  }
  // Without a sleep: what drops is the exporter's thread, which can only be asked.
  bool AwaitDropped(const std::string& reason, double count) {
    Deadline deadline = Deadline::After(kLongest);
    while (Dropped(reason) < count && !deadline.Passed()) std::this_thread::yield();
    return Dropped(reason) == count;
  }

  telemetry::Metrics metrics_;
};

TEST_F(ExporterTest, SendsWhatEnded) {
  Collector collector;
  auto exporter = Exporter::Start(To(collector.port()), metrics_, kQuick);
  Work("first");
  EXPECT_EQ(collector.AwaitSpans(1), std::vector<std::string>{"first"});
  http::Request request = collector.last();
  EXPECT_TRUE(request.is("POST", "/v1/traces"));
  EXPECT_EQ(request.headers.Get("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(request.headers.Get("x-scope"), "a");
  ExportTraceServiceRequest sent;
  ASSERT_TRUE(sent.ParseFromString(request.body));
  EXPECT_EQ(sent.resource_spans(0).resource().attributes(0).value().string_value(), "vefa-test");
}

TEST_F(ExporterTest, OffIsNothing) {
  EXPECT_EQ(Exporter::Start(Settings(), metrics_), nullptr);
  EXPECT_EQ(telemetry::PresentTracer(), nullptr);
}

TEST_F(ExporterTest, WhatIsLeftIsSentAtTheEnd) {
  Collector collector;
  Settings patient = To(collector.port());
  patient.gather = std::chrono::hours(1);
  auto exporter = Exporter::Start(patient, metrics_);
  for (int i = 0; i < 700; ++i) Work("late");
  exporter->Stop();
  EXPECT_EQ(collector.AwaitSpans(700).size(), 700u);
  EXPECT_EQ(telemetry::PresentTracer(), nullptr);
}

TEST_F(ExporterTest, A500IsNotTriedAgainAndTheNextBatchIsSent) {
  Collector collector;
  collector.Answer(500);
  auto exporter = Exporter::Start(To(collector.port()), metrics_, kQuick);
  Work("lost");
  EXPECT_TRUE(AwaitDropped("refused", 1));
  collector.Answer(200);
  Work("found");
  EXPECT_EQ(collector.AwaitSpans(1), std::vector<std::string>{"found"});
}

TEST_F(ExporterTest, A503IsTriedAgainUntilItIsTaken) {
  Collector collector;
  collector.Answer(503);
  auto exporter = Exporter::Start(To(collector.port()), metrics_, {milliseconds(5), std::chrono::seconds(5), {}});
  Work("patient");
  ASSERT_TRUE(collector.AwaitRequests(2));
  collector.Answer(200);
  EXPECT_EQ(collector.AwaitSpans(1), std::vector<std::string>{"patient"});
  EXPECT_EQ(Dropped("unreachable"), 0);
}

TEST_F(ExporterTest, ACollectorThatIsAwayCostsSpansAndComesBack) {
  auto gone = std::make_unique<Collector>();
  const uint16_t port = gone->port();
  gone.reset();
  auto exporter = Exporter::Start(To(port), metrics_, kQuick);
  Work("lost");
  EXPECT_TRUE(AwaitDropped("unreachable", 1));
  Collector back("127.0.0.1:" + std::to_string(port));
  Work("found");
  EXPECT_EQ(back.AwaitSpans(1), std::vector<std::string>{"found"});
}

TEST_F(ExporterTest, ACollectorThatHangsSlowsNobodyDown) {
  Collector collector;
  collector.Hang();
  auto exporter = Exporter::Start(To(collector.port()), metrics_, kQuick);
  Work("held");
  ASSERT_TRUE(collector.AwaitRequests(1));
  // While it hangs the queue fills; what comes then is dropped at once. 10,000 spans would wait for ever otherwise.
  constexpr size_t kMore = 10'000;
  for (size_t i = 0; i < kMore; ++i) Work("more");
  EXPECT_EQ(Dropped("queue_full"), kMore - telemetry::Tracer::kQueueMax);
  collector.Answer(200);
  EXPECT_EQ(collector.AwaitSpans(1 + telemetry::Tracer::kQueueMax).size(), 1 + telemetry::Tracer::kQueueMax);
}

TEST_F(ExporterTest, AnEndIsBounded) {
  Collector collector;
  collector.Hang();
  Settings settings = To(collector.port());
  settings.timeout = milliseconds(100);
  auto exporter = Exporter::Start(settings, metrics_, kQuick);
  Work("held");
  ASSERT_TRUE(collector.AwaitRequests(1));
  for (int i = 0; i < 2000; ++i) Work("more");
  auto begun = std::chrono::steady_clock::now();
  exporter->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  EXPECT_EQ(Dropped("stopping") + Dropped("unreachable"), 2001);
}

}  // namespace
}  // namespace vefa::otlp
