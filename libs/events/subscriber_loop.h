#pragma once

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/events/consumer_apply.h"
#include "libs/events/consumer_batch.h"
#include "libs/events/consumer_control.h"
#include "libs/events/consumer_mender.h"
#include "libs/events/consumer_retry.h"
#include "libs/events/subscriber.h"
#include "libs/kafka/consumer.h"
#include "libs/runtime/loop.h"

namespace vefa::events {

// What a subscription's thread does in turn: look at what the database says of the consumer, read, apply,
// try what is parked. While it must not go on it holds one batch, pauses the partitions and stays a
// member of its group. Everything private belongs to that thread.
class SubscriberLoop {
 public:
  SubscriberLoop(std::string name, std::vector<std::string> topics, std::string brokers, postgres::Database& pump,
                 Handler& handler, telemetry::Metrics& metrics, LedgerReader* ledger, SubscriberSettings settings);

  void Stop();
  double lag_seconds() const { return lag_seconds_; }

 private:
  using Steady = std::chrono::steady_clock;

  std::chrono::milliseconds Step();
  // Of the database, once a second or when there is news.
  void Look();
  void Adopt(const ConsumerState& state);
  void Measure();
  // Of Kafka.
  std::optional<Offsets> Assigned(const std::vector<kafka::Partition>& partitions);
  void Revoked(const std::vector<kafka::Partition>& partitions);
  void Place();
  void Fill();
  bool Halted() const;
  void Idle();
  // Of the batch.
  bool CheckTenants();
  bool Work(size_t count);
  bool ParkOne(const ConsumerBatch::Range& range, const Error& poison);
  bool Fail(ConsumerApply::Outcome outcome, const Error& why);
  void Advance(const ConsumerBatch::Range& range);
  void Wait(const Error& why);
  void Halt(const std::string& reason);
  void CountParked(size_t subjects);

  const std::string name_;
  const SubscriberSettings settings_;
  postgres::Database& pump_;
  Handler& handler_;
  const bool has_ledger_;
  SystemClock clock_;
  ConsumerMetrics metrics_;
  ConsumerApply apply_;
  ConsumerRetry retry_;
  ParkingLimit limit_;

  ConsumerBatch held_;
  Offsets positions_;     // The next offset of each assigned partition, as committed.
  bool placed_ = true;    // False while the positions of what is assigned must be read first.
  bool reread_ = false;   // What jumped was read again: it jumps indeed.
  std::set<kafka::Partition> lost_;  // Partitions whose position Kafka does not have.
  std::set<Uuid> known_tenants_;     // At most kTenantsMax.
  bool paused_ = false;
  std::string stopped_reason_;
  bool due_ = false;
  int failures_ = 0;
  int64_t gaps_unhealed_ = 0;
  Steady::time_point wait_until_;
  Steady::time_point look_at_;
  Steady::time_point ask_at_;
  std::optional<Time> last_record_time_;
  std::atomic<bool> news_{false};
  std::atomic<size_t> given_up_{0};  // By the mender, since the last look.
  std::atomic<double> lag_seconds_{0};

  kafka::Consumer consumer_;
  ConsumerMender mender_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::events
