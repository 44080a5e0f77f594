// What traces cost a call: its header read, a span for it and one for a statement below, as rpc::Serve and a connection
// make them. Beside it, in the same rounds, the two looks at the clock that every call takes anyway.
#include <atomic>
#include <thread>

#include "libs/telemetry/tracer.h"
#include "tests/bench/common/result.h"

namespace vefa::bench {
namespace {

using telemetry::Span;
using telemetry::SpanKind;
using telemetry::Trace;

constexpr int kCalls = 200'000;
constexpr int kRounds = 11;
constexpr char kUnrecorded[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
constexpr char kRecorded[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

void Call(const char* header) {
  Span call = Span::Begin(SpanKind::kServer, Trace::Parse(header), "vefa.contact.v1.ContactService/GetContact");
  call.Set("rpc.system", "grpc");
  telemetry::TraceScope scope(call.trace());
  Span statement = Span::Child(SpanKind::kClient, "contact_get");
  statement.Set("db.system.name", "postgresql");
  statement.End();
  call.Set("rpc.grpc.status_code", int64_t{0});
}

double Nanos(const char* header) {
  return Seconds([header] {
           for (int i = 0; i < kCalls; ++i) Call(header);
         }) * 1e9 / kCalls;
}

double ClockNanos() {
  int64_t sum = 0;
  double seconds = Seconds([&sum] {
    for (int i = 0; i < 2 * kCalls; ++i) sum += std::chrono::steady_clock::now().time_since_epoch().count();
  });
  return sum == 0 ? 0 : seconds * 1e9 / kCalls;
}

// Rounds by turns, so that what else the machine does meets both.
template <typename Work>
void Compare(const std::string& name, Work work) {
  std::vector<double> ours, clocks;
  for (int round = 0; round < kRounds; ++round) {
    ours.push_back(work());
    clocks.push_back(ClockNanos());
  }
  Print("spans of a call, " + name, Median(ours), "ns", "two looks at the clock", Median(clocks));
}

int Main() {
  Compare("traces off", [] { return Nanos(kRecorded); });
  telemetry::Metrics metrics;
  auto sampler = telemetry::Sampler::Of("parentbased_traceidratio", "0.01");
  if (!sampler.ok()) return 1;
  telemetry::Tracer tracer(*sampler, metrics);
  telemetry::TracerScope scope(tracer);
  Compare("not sampled", [] { return Nanos(kUnrecorded); });
  std::atomic<bool> done{false};
  // An exporter that only throws away.
  std::thread taker([&] {
    while (!done) tracer.Take(512, std::chrono::milliseconds(10));
  });
  Compare("recorded", [] { return Nanos(kRecorded); });
  done = true;
  tracer.Wake();
  taker.join();
  return 0;
}

}  // namespace
}  // namespace vefa::bench

int main() { return vefa::bench::Main(); }
