#pragma once

#include <chrono>
#include <string>

#include "libs/events/consumer_batch.h"
#include "libs/postgres/database.h"
#include "libs/telemetry/metrics.h"

namespace vefa::events {

// Why a consumer stops itself.
inline constexpr char kTooManyParked[] = "TOO_MANY_PARKED";
inline constexpr char kPositionLost[] = "POSITION_LOST";

// What the database says of a consumer, looked at once a second.
struct ConsumerState {
  bool paused = false;
  std::string stopped_reason;  // Empty while it may work.
  Offsets positions;
  int64_t parked_subjects = 0;
  int64_t gaps_unhealed = 0;    // Holes older than the time they may take to be healed.
  bool due = false;             // Parked subjects that can be tried.
  bool incomplete = false;      // Parked subjects that the ledger is to be asked about.
  bool uncopied = false;        // What is not yet in the dead letter topic.
  bool tenant_appeared = false; // Of events that were refused because it was not known.
};
Result<ConsumerState> ReadConsumerState(postgres::Database& pump, const std::string& consumer,
                                        std::chrono::milliseconds heal_window, bool has_ledger);

// Remembers why a consumer stopped itself, unless it is stopped already.
Status StopConsumer(postgres::Database& pump, const std::string& consumer, const std::string& reason);
// Takes that back when it stopped for this reason.
Status RestartConsumer(postgres::Database& pump, const std::string& consumer, const std::string& reason);

// The metrics of one consumer.
struct ConsumerMetrics {
  ConsumerMetrics(telemetry::Metrics& metrics, const std::string& consumer);
  telemetry::Counter& applied;
  telemetry::Counter& duplicates;
  telemetry::Counter& gaps;
  telemetry::Counter& forks;
  telemetry::Counter& restored;
  telemetry::Counter& parked;
  telemetry::Counter& unparked;
  telemetry::Counter& refused;
  telemetry::Counter& dead_letters;
  telemetry::Counter& fenced;
  telemetry::Counter& assignments;
  telemetry::Gauge& lag;
  telemetry::Gauge& lag_seconds;
  telemetry::Gauge& parked_subjects;
  telemetry::Gauge& gaps_unhealed;
  telemetry::Gauge& stopped;
  telemetry::Gauge& paused;
};

}  // namespace vefa::events
