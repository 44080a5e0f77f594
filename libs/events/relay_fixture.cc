#include "libs/events/relay_fixture.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "libs/events/append.h"
#include "libs/kafka/replay.h"
#include "libs/testing/soon.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Scope;
using postgres::Statement;

const Statement kChange{
    "test_change",
    "WITH changed AS (UPDATE thing SET version = version + 1 WHERE tenant_id = $1 AND number = $2 RETURNING *),"
    " logged AS (SELECT "
    VEFA_APPEND_EVENTS("tenant_id, 'things/' || number, version, gen_random_uuid(), 'thing.changed', now(),"
                       " '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', NULL, convert_to($3, 'UTF8')")
    " FROM changed)"
    " SELECT append_events FROM logged"};
// The id is drawn; others draw greater ones and commit before this transaction does.
const Statement kDawdle{"test_dawdle", "SELECT pg_sleep($1)"};

}  // namespace

RelayHarness::RelayHarness(int partitions)
    : database(std::vector<postgres::Migration>{{"0100_thing",
                 "CREATE TABLE thing (tenant_id uuid, number int, version bigint NOT NULL DEFAULT 0,"
                 " PRIMARY KEY (tenant_id, number)); SELECT protect_tenant_rows('thing');"
                 "GRANT SELECT, INSERT, UPDATE ON thing TO ${service};"}}),
      topic(testing::TestTopic("vefa.test", partitions)) {}

Source RelayHarness::source(const std::string& service) const { return {service, topic, "vefa.test.v1.TestEvent"}; }

void RelayHarness::CreateThings(int things) {
  things_ = things;
  database.Run("INSERT INTO thing (tenant_id, number) SELECT '" + database.tenant().ToString() +
               "', n FROM generate_series(0, " + std::to_string(things - 1) + ") n");
}

void RelayHarness::Change(int thing, const std::string& payload) {
  auto changed = database.service().Run(Scope::Tenant(database.tenant()), kChange,
                                        Bound(database.tenant(), thing, payload), Soon());
  ASSERT_TRUE(changed.ok()) << changed.error().metadata.at("detail");
}

void RelayHarness::Write(uint64_t seed, int changes) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < changes; ++i) {
    auto begun = database.service().Begin(Scope::Tenant(database.tenant()), Soon());
    ASSERT_TRUE(begun.ok());
    auto transaction = *std::move(begun);
    int thing = static_cast<int>(random() % static_cast<uint64_t>(things_));
    ASSERT_TRUE(transaction.Execute(kChange, Bound(database.tenant(), thing, "changed")).ok());
    if (random() % 8 == 0) {
      ASSERT_TRUE(transaction.Execute(kDawdle, Bound(static_cast<double>(random() % 30) / 1000)).ok());
    }
    if (random() % 10 != 0) {
      ASSERT_TRUE(transaction.Commit().ok());
    }
  }
}

void RelayHarness::StartWriters(int writers, int changes, uint64_t seed) {
  for (int i = 0; i < writers; ++i)
    writers_.emplace_back([this, changes, seed, i] { Write(seed * 1000 + static_cast<uint64_t>(i), changes); });
}

void RelayHarness::Join() { writers_.clear(); }

std::unique_ptr<Relay> RelayHarness::StartRelay(RelayOptions options) {
  return std::make_unique<Relay>(database.pump(), testing::KafkaBrokers(), source(), metrics, options);
}

bool RelayHarness::Drained(std::chrono::milliseconds longest) {
  return testing::Eventually([&] { return database.Count("SELECT count(*) FROM outbox_pending") == 0; }, longest);
}

std::vector<kafka::Message> RelayHarness::ReadRecords() {
  auto replay = kafka::Replay::Open(testing::KafkaBrokers(), {topic}, Soon());
  EXPECT_TRUE(replay.ok());
  std::vector<kafka::Message> records;
  EXPECT_TRUE(testing::Eventually([&] {
    for (kafka::Message& record : (*replay)->Poll(1000, std::chrono::milliseconds(200)))
      records.push_back(std::move(record));
    return (*replay)->done();
  }, std::chrono::seconds(30)));
  return records;
}

std::vector<Event> RelayHarness::ReadTopic() {
  std::vector<Event> events;
  for (kafka::Message& record : ReadRecords()) {
    auto event = FromMessage(std::move(record));
    EXPECT_TRUE(event.ok()) << event.error().reason;
    if (event.ok()) events.push_back(*std::move(event));
  }
  return events;
}

Account AccountOf(const std::vector<Event>& events) {
  Account account;
  std::set<Uuid> seen;
  std::map<std::string, int64_t> last;
  for (const Event& event : events) {
    if (!seen.insert(event.id).second) {
      ++account.repeats;
      continue;
    }
    ++account.events;
    int64_t& version = last[event.tenant.ToString() + event.subject];
    if (event.aggregate_version != version + 1) ++account.disordered;
    version = event.aggregate_version;
  }
  return account;
}

}  // namespace vefa::events
