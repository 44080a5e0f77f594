#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/delivery/lane_leases.h"
#include "services/notification/delivery/preparer.h"
#include "services/notification/delivery/recovery.h"
#include "services/notification/delivery/result_writer.h"
#include "services/notification/delivery/schedule.h"
#include "services/notification/delivery/work_book.h"
#include "services/notification/hold_metric.h"
#include "services/notification/smtp/pool.h"

namespace vefa::notification {

struct DispatcherSettings {
  smtp::PoolSettings smtp;
  MailSettings mail;
  Schedule schedule;
  std::string state_folder;  // Where the flight file is.
};

// Delivers what was accepted. Four threads: one keeps the leases, one feeds (claims chunks, asks
// contact and the gate once more, opens windows, builds mails), one sends, one records. Nothing is
// sent before the window that names it is committed, and nothing in a window of a dead process is
// sent again unless the flight file proves that it was not sent.
class Dispatcher final : smtp::PoolOwner {
 public:
  // `committed` is called after each commit of results. Fails only when the flight file cannot be had.
  static Result<std::unique_ptr<Dispatcher>> Start(postgres::Database& pump, Recipients& recipients, const TokenKey& key,
                                                   DispatcherSettings settings, const Clock& clock,
                                                   telemetry::Metrics& metrics, std::function<void()> committed);
  ~Dispatcher() override;

  // There may be something new to send. Thread-safe, never blocks.
  void Wake() {
    if (runtime::Loop* loop = feeder_.load()) loop->Wake();
  }
  // Sends no more, waits a while for the answers that are owed, records them, gives the lanes back.
  void Stop();

 private:
  Dispatcher(postgres::Database& pump, Recipients& recipients, const TokenKey& key, DispatcherSettings settings,
             std::unique_ptr<FlightFile> flights, const Clock& clock, telemetry::Metrics& metrics,
             std::function<void()> committed);
  void StartThreads(telemetry::Metrics& metrics, std::function<void()> committed);

  // The chunk that is being fed: which of its places are still to be put into windows.
  struct Feeding {
    std::shared_ptr<ActiveChunk> active;
    uint64_t number = 0;
    std::vector<int> ords;
    size_t next = 0;
  };

  std::chrono::milliseconds Feed();
  std::chrono::milliseconds LeaseStep();
  std::chrono::milliseconds Troubled(const Error& error);
  Status TakeLanes();
  Result<bool> NextChunk();
  Status BeginChunk(Chunk chunk, int64_t epoch);
  Status FeedWindow();
  void FillWindow(const std::vector<int>& ords, const Preparer::Counted& counted, const Window& window);
  void Abandon();
  bool HasRoom() const;
  size_t WindowSize() const;

  bool MayStart(uint64_t ticket) override;
  bool MayEnd(uint64_t ticket) override;
  void Requeued(uint64_t ticket) override;
  void Ended(uint64_t ticket, smtp::Outcome outcome) override;
  ResultWriter::Entry BareEntry(const std::shared_ptr<ActiveChunk>& active, int ord) const;
  ResultWriter::Entry HeldEntry(const std::shared_ptr<ActiveChunk>& active, int ord, Time until);
  ResultWriter::Entry EntryOf(const std::shared_ptr<ActiveChunk>& active, int ord, smtp::Outcome outcome);
  void CountRate(int ended);

  postgres::Database& pump_;
  const DispatcherSettings settings_;
  const Clock& clock_;
  std::unique_ptr<FlightFile> flights_;
  LaneLeases leases_;
  Preparer preparer_;
  WorkBook book_;
  smtp::Pool pool_;
  std::array<telemetry::Counter*, 8> ended_metrics_{};  // By MessageState.
  telemetry::Gauge& lanes_metric_;
  telemetry::Counter& holds_metric_;
  telemetry::Gauge& in_flight_metric_;
  // The feeding thread's own.
  std::vector<LaneLeases::Lane> unrecovered_;
  std::set<int16_t> ready_;  // Lanes that were recovered.
  std::chrono::steady_clock::time_point next_take_;
  std::optional<Feeding> feeding_;
  std::map<Uuid, std::chrono::steady_clock::time_point> put_off_;  // Chunks that could not be begun.
  // The sending thread's own.
  std::chrono::steady_clock::time_point rate_since_;
  int rate_count_ = 0;
  // Shared.
  std::atomic<double> rate_{0};     // Messages ended in a second.
  std::atomic<int> in_flight_{0};   // Posted and not ended.
  std::atomic<runtime::Loop*> feeder_{nullptr};
  std::mutex drained_mutex_;
  std::condition_variable drained_;
  bool stopped_ = false;
  // Last: their threads use everything above.
  std::unique_ptr<ResultWriter> writer_;
  std::unique_ptr<runtime::Loop> lease_loop_;
  std::unique_ptr<runtime::Loop> send_loop_;
  std::unique_ptr<runtime::Loop> feed_loop_;
};

}  // namespace vefa::notification
