#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/events/event.h"
#include "libs/events/relay_core.h"
#include "libs/events/relay_keeper.h"
#include "libs/events/relay_reader.h"
#include "libs/events/relay_record.h"
#include "libs/events/relay_store.h"
#include "libs/kafka/producer.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "libs/telemetry/span.h"

namespace vefa::events {

struct RelayOptions {
  bool leases = true;   // Without, every relay works on every lane: safe, with more duplicates.
  int partitions = 0;   // What the topic must have; 0 where it does not matter, in tests.
  int ledger_days = 0;  // How long partitions of the ledger are kept; 0 for ever.
  int64_t ledger_partition_size = 10'000'000;
  size_t in_flight_max = 10'000;  // Rows produced and not yet acknowledged.
  // Told the ids of the ledger that Kafka acknowledged, in the relay's thread; for measurements.
  std::function<void(int64_t id)> acknowledged = {};
};

// Moves what is pending in the outbox to Kafka: reads from the head of its lanes in the order of ids,
// publishes, deletes only what Kafka acknowledged. There is no cursor, because an id can become visible
// after a greater one and a cursor would have passed it; and no floor, which would only be a cursor that
// waits. What was read is known by what is in flight. A crash anywhere repeats events and loses none; so
// do two relays at one lane. Owns three threads: one decides and produces, one reads, one does what is done
// by the clock. Works as the `pump` role.
class Relay {
 public:
  Relay(postgres::Database& pump, std::string brokers, Source source, telemetry::Metrics& metrics,
        RelayOptions options = {});
  ~Relay() { Stop(); }

  // Something was committed: look now. Thread-safe, never blocks.
  void Wake();
  // Waits briefly for what is in flight, deletes it, gives up its lanes. A broker that is away is not
  // waited for: what is still pending, the next start publishes. Idempotent.
  void Stop();
  // Ends as a killed process would: nothing is drained, deleted or given up. For tests.
  void StopAsKilled();

 private:
  // A row on its way; its place in `flights_` is the producer's token.
  struct Flight {
    int64_t id = 0;
    Time record_time;
    telemetry::Span span;
  };

  std::chrono::milliseconds Step();
  std::chrono::milliseconds Pause() const;
  bool Due() const;
  bool HasRoom() const;
  bool Prepare();
  Status CheckTopic();
  void Settle(const kafka::Producer::Report& report);
  RelayReader::Work Ask(size_t most);
  void Read();
  Status Answer(Result<PendingRows> answer, PendingRows& rows);
  void Send(const PendingRows& rows, size_t taken);
  void Drain();
  void Forget();
  void Trouble(const Error& error);
  void Say(const Error& error);

  const SystemClock clock_;
  const RelayOptions options_;
  Source source_;
  RelayStore store_;
  kafka::Producer producer_;
  const size_t read_max_;
  // What there must be room for before a backlog is read on: small readings would look at the rows in flight again
  // for little.
  const size_t room_min_;
  RelayCore core_;
  telemetry::Counter& published_;
  telemetry::Counter& rebuilds_;
  telemetry::Gauge& ready_;
  telemetry::Histogram& publish_seconds_;

  std::atomic<bool> woken_{false};
  std::atomic<bool> stopping_{false};
  std::unique_ptr<RecordWriter> writer_;  // Null until the life of the database is known.
  bool topic_known_ = false;
  Event event_;
  std::vector<Flight> flights_;
  std::vector<uint64_t> free_flights_;
  int failures_ = 0;      // Of the database or the checks, in a row.
  int losses_ = 0;        // Of the producer, in a row.
  bool backlog_ = false;  // The last reading was as large as it could be.
  // The exchange under way.
  std::vector<int64_t> published_ids_;
  size_t most_ = 0;
  bool forgot_ = false;  // Something it left out as in flight was forgotten since.
  std::chrono::milliseconds idle_;
  Deadline look_, stuck_, say_again_;
  std::string said_;
  RelayKeeper keeper_;
  RelayReader reader_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::events
