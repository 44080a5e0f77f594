#pragma once

#include <map>
#include <memory>
#include <string>

namespace vefa::telemetry {

using Labels = std::map<std::string, std::string>;

// A number that only grows. Thread-safe; owned by its Metrics.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Add(double by = 1) = 0;
};

// A number that goes up and down. Thread-safe; owned by its Metrics.
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
};

// How long things took, in seconds. Thread-safe; owned by its Metrics.
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(double seconds) = 0;
};

// The metrics of one process. Asking twice for one name and labels gives the same object, so a
// part asks once, in its constructor. Labels come from closed sets: never an id.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Counter& AddCounter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& AddGauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& AddHistogram(const std::string& name, const std::string& help, const Labels& labels = {});
  // Prometheus text exposition format 0.0.4.
  std::string Expose() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vefa::telemetry
