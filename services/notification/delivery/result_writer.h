#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/delivery/flight_file.h"
#include "services/notification/delivery/work_book.h"

namespace vefa::notification {

// Records what became of messages, many in one transaction: 500 results or what came within 10 ms.
// A flush that fails is repeated until the database is back; what a crash takes from its queue is
// recovered from windows and flight file. Add is thread-safe; owns one thread.
class ResultWriter {
 public:
  // `recorded` is called after each commit, on the writer's thread.
  ResultWriter(postgres::Database& pump, WorkBook& book, FlightFile& flights, const Clock& clock,
               telemetry::Metrics& metrics, std::function<void()> recorded);

  struct Entry {
    std::shared_ptr<ActiveChunk> chunk;
    MessageResult result;
    std::chrono::milliseconds retry_wait{0};  // Of a deferred one.
    std::optional<Time> hold_until{};         // Of one that is held for quiet hours.
  };
  void Add(std::vector<Entry> entries);
  // Results taken and not yet recorded.
  size_t waiting() const { return waiting_; }
  // Tries once more to record what is left, then stops.
  void Stop();

 private:
  std::chrono::milliseconds Step();
  void Take();
  bool RecordBatch();
  Flush FlushOf(const Uuid& tenant, const std::vector<const Entry*>& entries) const;
  void Settle(const std::vector<const Entry*>& entries);

  postgres::Database& pump_;
  WorkBook& book_;
  FlightFile& flights_;
  const Clock& clock_;
  const std::function<void()> recorded_;
  telemetry::Histogram& duration_;
  telemetry::Counter& failures_metric_;
  std::mutex mutex_;
  std::vector<Entry> queue_;
  std::vector<Entry> batch_;  // Being recorded; repeated as it is, because a retry's chunk is made from it.
  std::chrono::steady_clock::time_point oldest_;
  std::atomic<size_t> waiting_{0};
  int failures_ = 0;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::notification
