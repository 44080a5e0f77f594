#include "libs/telemetry/tracer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>

#include "libs/base/check.h"

namespace vefa::telemetry {
namespace {

constexpr uint64_t kAll = 1ULL << 63;

std::atomic<Tracer*> g_tracer{nullptr};

}  // namespace

Result<Sampler> Sampler::Of(std::string_view name, const std::string& argument) {
  constexpr std::string_view kParentBased = "parentbased_";
  Sampler sampler;
  sampler.follows_parent_ = name.starts_with(kParentBased);
  if (sampler.follows_parent_) name.remove_prefix(kParentBased.size());
  if (name == "always_off") return sampler;
  sampler.below_ = kAll;
  if (name == "always_on") return sampler;
  if (name != "traceidratio")
    return InvalidArgument("SAMPLER_UNKNOWN",
                           "must be always_on, always_off, traceidratio, or one of them after parentbased_");
  char* end = nullptr;
  double share = argument.empty() ? 1 : std::strtod(argument.c_str(), &end);
  if (!argument.empty() && (*end != '\0' || !(share >= 0 && share <= 1)))
    return InvalidArgument("SAMPLER_SHARE", "must be a share from 0 to 1, such as 0.01");
  if (share < 1) sampler.below_ = static_cast<uint64_t>(std::ldexp(share, 63));
  return sampler;
}

bool Sampler::Samples(const Trace& parent, const Trace& own) const {
  if (follows_parent_ && parent.valid()) return parent.sampled();
  // The same bits as every other implementation takes, so that all services keep the same traces.
  uint64_t bits = 0;
  for (size_t i = 8; i < 16; ++i) bits = bits << 8 | own.id()[i];
  return bits >> 1 < below_;
}

Counter& DroppedSpans(Metrics& metrics, const std::string& reason) {
  return metrics.AddCounter("vefa_telemetry_dropped_total", "Spans that did not reach the collector.",
                            {{"reason", reason}, {"signal", "traces"}});
}

Tracer::Tracer(Sampler sampler, Metrics& metrics) : sampler_(sampler), dropped_(DroppedSpans(metrics, "queue_full")) {}

void Tracer::Finish(std::unique_ptr<SpanData> span) {
  bool notify = false;
  {
    std::lock_guard lock(mutex_);
    if (spans_.size() >= kQueueMax) {
      dropped_.Add();
      return;
    }
    spans_.push_back(std::move(span));
    notify = spans_.size() == wanted_;
  }
  if (notify) ready_.notify_one();
}

Tracer::Spans Tracer::Take(size_t most, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  wanted_ = most;
  ready_.wait_for(lock, wait, [&] { return woken_ || spans_.size() >= most; });
  woken_ = false;
  auto end = spans_.begin() + static_cast<std::ptrdiff_t>(std::min(most, spans_.size()));
  Spans taken(std::make_move_iterator(spans_.begin()), std::make_move_iterator(end));
  spans_.erase(spans_.begin(), end);
  return taken;
}

void Tracer::Wake() {
  {
    std::lock_guard lock(mutex_);
    woken_ = true;
  }
  ready_.notify_one();
}

Tracer* PresentTracer() { return g_tracer.load(std::memory_order_acquire); }

TracerScope::TracerScope(Tracer& tracer) {
  Tracer* before = g_tracer.exchange(&tracer);
  VEFA_CHECK(before == nullptr);
}
TracerScope::~TracerScope() { g_tracer = nullptr; }

}  // namespace vefa::telemetry
