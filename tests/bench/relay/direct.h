#pragma once

#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "libs/events/relay_record.h"
#include "libs/kafka/producer.h"
#include "tests/bench/relay/outbox.h"

namespace vefa::bench {

using SteadyTime = std::chrono::steady_clock::time_point;

inline double Milliseconds(SteadyTime begin, SteadyTime end) {
  return std::chrono::duration<double, std::milli>(end - begin).count();
}

// Hands what was committed to Kafka at once, as if no outbox had to be read: what no relay can be quicker than, and
// what loses events with the process.
class Direct {
 public:
  explicit Direct(Outbox& outbox);

  // Something was committed. Thread-safe.
  void Committed();
  // From commit to acknowledgement, once everything was acknowledged.
  std::vector<double> Finish();

 private:
  void Produce();
  void Send(size_t token);

  SystemClock clock_;
  events::RecordWriter writer_;
  kafka::Producer producer_;
  events::Event event_;
  std::vector<SteadyTime> committed_;
  std::vector<double> publish_ms_;
  std::mutex mutex_;
  std::vector<SteadyTime> waiting_;
  bool finished_ = false;
  std::thread thread_;
};

}  // namespace vefa::bench
