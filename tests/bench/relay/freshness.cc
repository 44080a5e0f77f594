#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "libs/events/append.h"
#include "tests/bench/relay/direct.h"
#include "tests/bench/relay/outbox.h"

namespace vefa::bench {
namespace {

constexpr int kWriters = 8;
constexpr int kPerSecond = 2000;
constexpr std::chrono::seconds kPhase(5);
constexpr int kFreshnessRounds = 2;
constexpr int kEventsPerWriter = kPerSecond / kWriters * static_cast<int>(kPhase.count());

const postgres::Statement kWrite{
    "bench_write",
    "SELECT append_events(ARRAY[($1, $2, $3, gen_random_uuid(), 'thing.happened', now(),"
    " '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', NULL,"
    " convert_to(repeat('x', 200), 'UTF8'))::event_draft])"};
const postgres::Statement kIds{"bench_ids", "SELECT aggregate_version, id FROM event_log WHERE subject = $1"};

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

std::string SubjectOf(const std::string& name, int writer) { return name + "/" + std::to_string(writer); }

// Every writer at once, each with a subject of its own.
std::vector<std::vector<Written>> WriteAll(Outbox& outbox, const std::string& name,
                                           const std::function<void()>& committed) {
  std::vector<std::vector<Written>> written(kWriters);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer)
    writers.emplace_back([&, writer] {
      written[static_cast<size_t>(writer)] = Write(outbox, SubjectOf(name, writer), writer, committed);
    });
  for (std::thread& writer : writers) writer.join();
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
  auto written = WriteAll(outbox, name, [&] {
    if (relay != nullptr) relay->Wake();
  });
  if (relay != nullptr) Outbox::Must(testing::Eventually([&] { return outbox.Empty(); }), "relaying");
  relay.reset();
  for (int writer = 0; writer < kWriters; ++writer)
    Account(outbox, SubjectOf(name, writer), written[static_cast<size_t>(writer)], acknowledged, phase);
}

void RunDirect(Outbox& outbox, const std::string& name, Phase& phase) {
  Direct direct(outbox);
  WriteAll(outbox, name, [&] { direct.Committed(); });
  for (double ms : direct.Finish()) phase.publish_ms.push_back(ms);
}

}  // namespace

void CompareFreshness(Outbox& outbox) {
  Phase alone, direct, relayed;
  auto empty = [&] {
    events::Relay relay(outbox.database.pump(), testing::KafkaBrokers(), outbox.source, outbox.metrics);
    Outbox::Must(testing::Eventually([&] { return outbox.Empty(); }, std::chrono::minutes(1)), "emptying the outbox");
  };
  for (int round = 0; round < Rounds(kFreshnessRounds); ++round) {
    RunPhase(outbox, "alone " + std::to_string(round), false, alone);
    empty();
    RunDirect(outbox, "direct " + std::to_string(round), direct);
    empty();
    RunPhase(outbox, "relayed " + std::to_string(round), true, relayed);
  }
  for (double share : {0.5, 0.99}) {
    std::string percentile = share == 0.5 ? " p50" : " p99";
    double published = Percentile(relayed.publish_ms, share);
    double committed = Percentile(alone.commit_ms, share);
    double handed = Percentile(direct.publish_ms, share);
    Print("relay commit to acknowledgement" + percentile, published, "ms", "inserting and committing alone", committed);
    Print("relay commit to acknowledgement" + percentile, published, "ms", "handed to Kafka without an outbox", handed);
    Print("Kafka without an outbox" + percentile, handed, "ms", "inserting and committing alone", committed);
  }
}

}  // namespace vefa::bench
