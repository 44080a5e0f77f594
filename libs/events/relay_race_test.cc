#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "libs/events/relay_fixture.h"

// Relays that race, die and come back while writers commit out of the order of their ids: nothing may be
// lost and no first occurrence out of order. And the proof that this would be noticed: a reader with a cursor.
namespace vefa::events {
namespace {

constexpr int kWriters = 8;
constexpr int kChanges = 150;
constexpr int kThings = 40;

int64_t Committed(RelayHarness& harness) { return harness.database.Count("SELECT count(*) FROM event_log"); }

void ExpectWhole(RelayHarness& harness) {
  Account account = AccountOf(harness.ReadTopic());
  EXPECT_EQ(account.events, Committed(harness));
  EXPECT_EQ(account.disordered, 0);
  ::testing::Test::RecordProperty("repeats", std::to_string(account.repeats));
}

// As many relays as told, each at every lane; one after the other is killed or stopped and begins anew, until
// the writers are done.
void Race(int relays, uint64_t seed) {
  RelayHarness harness;
  harness.CreateThings(kThings);
  std::mt19937_64 random(seed);
  RelayOptions options;
  options.leases = false;
  options.in_flight_max = 200;
  std::vector<std::unique_ptr<Relay>> running;
  for (int i = 0; i < relays; ++i) running.push_back(harness.StartRelay(options));
  harness.StartWriters(kWriters, kChanges, seed);
  int kills = 0;
  int64_t seen = 0;
  const int64_t enough = kWriters * kChanges * 3 / 4;
  while (seen < enough) {
    // The next victim falls after some more events.
    int64_t next = seen + 20 + static_cast<int64_t>(random() % 60);
    ASSERT_TRUE(testing::Eventually([&] { return (seen = Committed(harness)) >= std::min(next, enough); },
                                    std::chrono::seconds(60)));
    auto& victim = running[random() % running.size()];
    if (random() % 3 != 0) {
      victim->StopAsKilled();
      ++kills;
    }
    victim = harness.StartRelay(options);
  }
  harness.Join();
  EXPECT_GT(kills, 0);
  ASSERT_TRUE(harness.Drained());
  running.clear();
  ExpectWhole(harness);
}

TEST(RelayRaceTest, OneRelayThatIsKilledAgainAndAgainLosesNothing) { Race(1, 11); }
TEST(RelayRaceTest, TwoRelaysAtTheSameLanesLoseNothing) { Race(2, 22); }
TEST(RelayRaceTest, ThreeRelaysAtTheSameLanesLoseNothing) { Race(3, 33); }

TEST(RelayRaceTest, RelaysThatShareTheLanesLoseNothing) {
  RelayHarness harness;
  harness.CreateThings(kThings);
  auto one = harness.StartRelay();
  auto two = harness.StartRelay();
  harness.StartWriters(kWriters, kChanges, 44);
  // In the middle of it a third takes its share, and one dies with its own.
  ASSERT_TRUE(testing::Eventually([&] { return Committed(harness) > 200; }, std::chrono::seconds(60)));
  auto three = harness.StartRelay();
  ASSERT_TRUE(testing::Eventually([&] { return Committed(harness) > 500; }, std::chrono::seconds(60)));
  one->StopAsKilled();
  harness.Join();
  ASSERT_TRUE(harness.Drained());
  ExpectWhole(harness);
}

// The reader everybody writes first, beside the same writers: it passes ids that become visible later.
TEST(RelayRaceTest, ACursorLosesEventsBesideTheSameWriters) {
  RelayHarness harness;
  harness.CreateThings(kThings);
  harness.StartWriters(kWriters, kChanges, 55);
  std::set<int64_t> seen;
  int64_t last = 0;
  auto read_on = [&] {
    static const postgres::Statement kCursor{"test_cursor",
                                             "SELECT id FROM event_log WHERE id > $1 ORDER BY id LIMIT 500"};
    auto rows = harness.database.service().Run(postgres::Scope::Tenant(harness.database.tenant()), kCursor,
                                               postgres::Bound(last), Deadline::After(std::chrono::seconds(10)));
    EXPECT_TRUE(rows.ok());
    for (int i = 0; rows.ok() && i < rows->size(); ++i) seen.insert(last = rows->Int64(i, 0));
  };
  ASSERT_TRUE(testing::Eventually([&] {
    read_on();
    return Committed(harness) > kWriters * kChanges * 8 / 10;
  }, std::chrono::seconds(60)));
  harness.Join();
  read_on();
  EXPECT_LT(static_cast<int64_t>(seen.size()), Committed(harness));
  ::testing::Test::RecordProperty("lost", std::to_string(Committed(harness) - static_cast<int64_t>(seen.size())));
}

}  // namespace
}  // namespace vefa::events
