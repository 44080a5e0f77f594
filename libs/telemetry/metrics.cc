#include "libs/telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>

#include "libs/telemetry/log.h"

namespace vefa::telemetry {
namespace {

// 100 microseconds to 30 seconds.
const prometheus::Histogram::BucketBoundaries kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                          0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10,   30};

class CounterOf final : public Counter {
 public:
  explicit CounterOf(prometheus::Counter& counter) : counter_(counter) {}
  void Add(double by) override { counter_.Increment(by); }

 private:
  prometheus::Counter& counter_;
};

class GaugeOf final : public Gauge {
 public:
  explicit GaugeOf(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }

 private:
  prometheus::Gauge& gauge_;
};

class HistogramOf final : public Histogram {
 public:
  explicit HistogramOf(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void Observe(double seconds) override { histogram_.Observe(seconds); }

 private:
  prometheus::Histogram& histogram_;
};

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<std::pair<std::string, Labels>, std::unique_ptr<Counter>> counters;
  std::map<std::pair<std::string, Labels>, std::unique_ptr<Gauge>> gauges;
  std::map<std::pair<std::string, Labels>, std::unique_ptr<Histogram>> histograms;
  std::vector<std::pair<Level, prometheus::Counter*>> lines;  // The log counts them itself.
};

Metrics::Metrics() : state_(std::make_unique<State>()) {
  auto& lines = prometheus::BuildCounter().Name("vefa_log_messages_total").Help("Log lines written, by level.").Register(state_->registry);
  for (Level level : {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError})
    state_->lines.emplace_back(level, &lines.Add({{"level", LevelName(level)}}));
}
Metrics::~Metrics() = default;

Counter& Metrics::AddCounter(const std::string& name, const std::string& help, const Labels& labels) {
  std::lock_guard lock(state_->mutex);
  auto& slot = state_->counters[{name, labels}];
  if (!slot)
    slot = std::make_unique<CounterOf>(
        prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry).Add(labels));
  return *slot;
}

Gauge& Metrics::AddGauge(const std::string& name, const std::string& help, const Labels& labels) {
  std::lock_guard lock(state_->mutex);
  auto& slot = state_->gauges[{name, labels}];
  if (!slot)
    slot = std::make_unique<GaugeOf>(
        prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry).Add(labels));
  return *slot;
}

Histogram& Metrics::AddHistogram(const std::string& name, const std::string& help, const Labels& labels) {
  std::lock_guard lock(state_->mutex);
  auto& slot = state_->histograms[{name, labels}];
  if (!slot)
    slot = std::make_unique<HistogramOf>(
        prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry).Add(labels, kSeconds));
  return *slot;
}

std::string Metrics::Expose() const {
  {
    std::lock_guard lock(state_->mutex);
    for (const auto& [level, counter] : state_->lines)
      counter->Increment(static_cast<double>(CountLines(level)) - counter->Value());
  }
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace vefa::telemetry
