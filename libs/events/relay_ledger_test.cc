#include <gtest/gtest.h>

#include "libs/events/relay_fixture.h"
#include "libs/testing/soon.h"

// The upkeep of the ledger's partitions, with partitions of ten ids.
namespace vefa::events {
namespace {

class LedgerUpkeepTest : public ::testing::Test {
 protected:
  void SetUp() override {
    harness_.CreateThings(1);
    // As if the ledger had been made of tiny partitions from the start.
    harness_.database.Run(
        "ALTER TABLE event_log DETACH PARTITION event_log_0; ALTER TABLE event_log DETACH PARTITION event_log_10000000;"
        "ALTER TABLE event_log DETACH PARTITION event_log_20000000;"
        "DROP TABLE event_log_0, event_log_10000000, event_log_20000000; DELETE FROM event_log_partition");
    static const postgres::Statement kAdd{
        "test_add", "SELECT add_event_partition(0, 10), add_event_partition(10, 20), add_event_partition(20, 30)"};
    ASSERT_TRUE(harness_.database.owner().Run(postgres::Scope::Tenants({}), kAdd, {}, Soon()).ok());
  }
  void Change(int times) {
    for (int i = 0; i < times; ++i) harness_.Change(0);
  }
  void Maintain(int keep_days) {
    Status done = store_.MaintainLedger(10, keep_days, Soon());
    ASSERT_TRUE(done.ok()) << done.error().metadata.at("detail");
  }
  int64_t Count(const std::string& sql) { return harness_.database.Count(sql); }
  int64_t Partitions() { return Count("SELECT count(*) FROM pg_inherits WHERE inhparent = 'event_log'::regclass"); }
  void Age(const std::string& where) {
    harness_.database.Run("UPDATE event_log SET record_time = record_time - interval '3 days' WHERE " + where);
  }
  void Publish() { harness_.database.Run("DELETE FROM outbox_pending"); }

  RelayHarness harness_;
  SystemClock clock_;
  RelayStore store_{harness_.database.pump(), NewUuidV7(clock_)};
};

TEST_F(LedgerUpkeepTest, TwoPartitionsAreAlwaysAhead) {
  for (int round = 0; round < 6; ++round) {
    Change(9);
    Maintain(0);
    int64_t last = Count("SELECT last_value FROM event_log_id_seq");
    EXPECT_EQ(Count("SELECT count(*) FROM event_log_partition WHERE first_id > " + std::to_string(last)), 2);
  }
  EXPECT_EQ(Count("SELECT count(*) FROM event_log"), 54);
  EXPECT_EQ(Count("SELECT max(version) FROM thing"), 54);
}

TEST_F(LedgerUpkeepTest, OldPartitionsGoOnceEverythingOfThemIsPublished) {
  Change(19);
  Maintain(0);
  Change(6);
  Age("true");
  Maintain(2);
  EXPECT_EQ(Count("SELECT min(id) FROM event_log"), 1) << "dropped what nobody had published";
  harness_.database.Run("DELETE FROM outbox_pending WHERE id <> 15");
  Maintain(2);
  EXPECT_EQ(Count("SELECT min(id) FROM event_log"), 10);
  Publish();
  Maintain(2);
  EXPECT_EQ(Count("SELECT min(id) FROM event_log"), 20) << "the present partition stays, however old";
  EXPECT_EQ(Count("SELECT count(*) FROM event_log"), 6);
}

TEST_F(LedgerUpkeepTest, ZeroDaysKeepForEverAndYoungPartitionsStay) {
  Change(25);
  Publish();
  Maintain(2);
  EXPECT_EQ(Count("SELECT count(*) FROM event_log"), 25);
  Age("id < 19");
  Maintain(2);
  EXPECT_EQ(Count("SELECT min(id) FROM event_log"), 10) << "only the first has nothing young";
  Age("true");
  Maintain(0);
  EXPECT_EQ(Count("SELECT min(id) FROM event_log"), 10);
}

TEST_F(LedgerUpkeepTest, AReaderOfThePartitionIsNotDisturbed) {
  Change(25);
  Publish();
  Age("true");
  auto reading = harness_.database.service().Begin(postgres::Scope::Tenant(harness_.database.tenant()), Soon());
  ASSERT_TRUE(reading.ok());
  static const postgres::Statement kRead{"test_read_ledger", "SELECT count(*) FROM event_log"};
  ASSERT_TRUE(reading->Execute(kRead).ok());
  int64_t before = Partitions();
  Maintain(2);
  EXPECT_GE(Partitions(), before);
  EXPECT_EQ(reading->Execute(kRead)->Int64(0, 0), 25);
  ASSERT_TRUE(reading->Commit().ok());
  Maintain(2);
  EXPECT_EQ(Count("SELECT min(id) FROM event_log"), 20);
}

TEST_F(LedgerUpkeepTest, ARelayDoesTheUpkeep) {
  Change(25);
  Age("true");
  RelayOptions options;
  options.ledger_days = 2;
  options.ledger_partition_size = 10;
  // The first upkeep, at the start, still finds everything pending; a relay that starts later does not.
  {
    auto relay = harness_.StartRelay(options);
    ASSERT_TRUE(harness_.Drained());
  }
  auto relay = harness_.StartRelay(options);
  EXPECT_TRUE(testing::Eventually([&] { return Count("SELECT min(id) FROM event_log") == 20; }));
  const std::string ahead = "SELECT count(*) FROM event_log_partition WHERE first_id > 25";
  EXPECT_TRUE(testing::Eventually([&] { return Count(ahead) == 2; }));
}

}  // namespace
}  // namespace vefa::events
