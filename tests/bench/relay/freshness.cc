#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "libs/events/append.h"
#include "tests/bench/relay/outbox.h"

namespace vefa::bench {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int kWriters = 8;
constexpr int kPerSecond = 2000;
constexpr std::chrono::seconds kPhase(5);
constexpr int kRounds = 2;
constexpr int kEventsPerWriter = kPerSecond / kWriters * static_cast<int>(kPhase.count());

const postgres::Statement kWrite{
    "bench_write",
    "SELECT append_events(ARRAY[($1, $2, $3, gen_random_uuid(), 'thing.happened', now(),"
    " '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', NULL,"
    " convert_to(repeat('x', 200), 'UTF8'))::event_draft])"};
const postgres::Statement kIds{"bench_ids", "SELECT aggregate_version, id FROM event_log WHERE subject = $1"};

double Milliseconds(SteadyTime begin, SteadyTime end) {
  return std::chrono::duration<double, std::milli>(end - begin).count();
}

double Percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values.at(static_cast<size_t>(share * static_cast<double>(values.size() - 1)));
}

// One event, from before its statement to after its commit.
struct Written {
  SteadyTime begin, committed;
};

// Writes at an even pace, however long a write takes. `committed` is called after each commit.
std::vector<Written> Write(Outbox& outbox, const std::string& subject, int writer,
                           const std::function<void()>& committed) {
  std::vector<Written> written(kEventsPerWriter);
  auto pace = std::chrono::nanoseconds(std::chrono::seconds(1)) * kWriters / kPerSecond;
  SteadyTime due = std::chrono::steady_clock::now() + pace * writer / kWriters;
  std::mutex mutex;
  std::condition_variable pace_maker;  // Nobody notifies it: only the pace ends a wait.
  std::unique_lock lock(mutex);
  for (int version = 1; version <= kEventsPerWriter; ++version, due += pace) {
    pace_maker.wait_until(lock, due, [] { return false; });
    Written& one = written[static_cast<size_t>(version - 1)];
    one.begin = std::chrono::steady_clock::now();
    auto done = outbox.database.service().Run(postgres::Scope::Tenant(outbox.database.tenant()), kWrite,
                                              postgres::Bound(outbox.database.tenant(), subject, int64_t{version}),
                                              Deadline::After(std::chrono::seconds(30)));
    Outbox::Must(done.ok(), "writing");
    one.committed = std::chrono::steady_clock::now();
    committed();
  }
  return written;
}

struct Phase {
  std::vector<double> commit_ms;   // From the statement to its commit.
  std::vector<double> publish_ms;  // From the commit to Kafka's acknowledgement.
};

void Account(Outbox& outbox, const std::string& subject, const std::vector<Written>& written,
             const std::map<int64_t, SteadyTime>& acknowledged, Phase& phase) {
  for (const Written& one : written) phase.commit_ms.push_back(Milliseconds(one.begin, one.committed));
  if (acknowledged.empty()) return;
  auto ids = outbox.database.service().Run(postgres::Scope::Tenant(outbox.database.tenant()), kIds,
                                           postgres::Bound(subject), Deadline::After(std::chrono::seconds(30)));
  Outbox::Must(ids.ok() && ids->size() == kEventsPerWriter, "finding the ids");
  for (int i = 0; i < ids->size(); ++i) {
    auto at = acknowledged.find(ids->Int64(i, 1));
    Outbox::Must(at != acknowledged.end(), "an event was not acknowledged");
    // Kafka may be quicker than the answer to the writer.
    phase.publish_ms.push_back(
        std::max(0.0, Milliseconds(written[static_cast<size_t>(ids->Int64(i, 0) - 1)].committed, at->second)));
  }
}

void RunPhase(Outbox& outbox, const std::string& name, bool relaying, Phase& phase) {
  std::map<int64_t, SteadyTime> acknowledged;
  std::unique_ptr<events::Relay> relay;
  if (relaying) {
    events::RelayOptions options;
    options.acknowledged = [&](int64_t id) { acknowledged.emplace(id, std::chrono::steady_clock::now()); };
    relay = std::make_unique<events::Relay>(outbox.database.pump(), testing::KafkaBrokers(), outbox.source,
                                            outbox.metrics, options);
    outbox.Fill(1);
    Outbox::Must(testing::Eventually([&] { return outbox.Empty(); }), "starting the relay");
  }
  std::vector<std::vector<Written>> written(kWriters);
  std::vector<std::thread> writers;
  auto subject = [&](int writer) { return name + "/" + std::to_string(writer); };
  for (int writer = 0; writer < kWriters; ++writer)
    writers.emplace_back([&, writer] {
      written[static_cast<size_t>(writer)] = Write(outbox, subject(writer), writer, [&] {
        if (relay != nullptr) relay->Wake();
      });
    });
  for (std::thread& writer : writers) writer.join();
  if (relay != nullptr) Outbox::Must(testing::Eventually([&] { return outbox.Empty(); }), "relaying");
  relay.reset();
  for (int writer = 0; writer < kWriters; ++writer)
    Account(outbox, subject(writer), written[static_cast<size_t>(writer)], acknowledged, phase);
}

}  // namespace

void CompareFreshness(Outbox& outbox) {
  Phase alone, relayed;
  for (int round = 0; round < kRounds; ++round) {
    RunPhase(outbox, "alone " + std::to_string(round), false, alone);
    {
      events::Relay relay(outbox.database.pump(), testing::KafkaBrokers(), outbox.source, outbox.metrics);
      Outbox::Must(testing::Eventually([&] { return outbox.Empty(); }, std::chrono::minutes(1)), "emptying the outbox");
    }
    RunPhase(outbox, "relayed " + std::to_string(round), true, relayed);
  }
  for (double share : {0.5, 0.99})
    Print(share == 0.5 ? "relay commit to acknowledgement p50" : "relay commit to acknowledgement p99",
          Percentile(relayed.publish_ms, share), "ms", "inserting and committing alone",
          Percentile(alone.commit_ms, share));
}

}  // namespace vefa::bench
