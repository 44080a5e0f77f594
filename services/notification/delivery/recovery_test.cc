#include "libs/testing/soon.h"
#include "services/notification/delivery/recovery.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "libs/testing/engines.h"
#include "services/notification/delivery/delivery_store.h"
#include "services/notification/notification_store.h"

std::vector<vefa::postgres::Migration> vefa_notification_migrations();

namespace vefa::notification {
namespace {

// Two owners of one lane on a real database.
class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    char pattern[] = "/tmp/vefa-recovery-XXXXXX";
    folder_ = mkdtemp(pattern);
    flights_ = *FlightFile::Open(folder_);
    Submission submission{database_.tenant(), NewUuidV7(clock_), "content", {}};
    for (int i = 0; i < kMessages; ++i)
      submission.messages.push_back({{NewUuidV7(clock_), NewUuidV7(clock_), "campaigns/x", "win-back", 1},
                                     "k" + std::to_string(i), "hash", "en", Refusal::kNone});
    VEFA_CHECK_OK(RecordDecisions(database_.service(), submission, clock_, Soon()));
  }
  ~RecoveryTest() override { std::filesystem::remove_all(folder_); }

  LaneLeases::Lane LaneOfChunk(LaneLeases& leases, const std::vector<LaneLeases::Lane>& lanes) {
    chunk_ = LoadDueChunks(database_.pump(), lanes, {}, 1, Soon()).value().front();
    for (const LaneLeases::Lane& lane : leases.Held())
      if (lane.id == chunk_.lane) return lane;
    return {-1, 0};
  }
  void EndLeases() { database_.Run("UPDATE send_lane SET until_time = clock_timestamp() - interval '1 s'"); }

  static constexpr int kMessages = 10;
  SystemClock clock_;
  testing::TestDatabase database_{vefa_notification_migrations()};
  std::string folder_;
  std::unique_ptr<FlightFile> flights_;
  Chunk chunk_;
  LaneLeases first_{database_.pump(), NewUuidV7(clock_)};
  LaneLeases second_{database_.pump(), NewUuidV7(clock_)};
};

TEST_F(RecoveryTest, TheFlightFileTellsWhatIsCertain) {
  auto lane = LaneOfChunk(first_, *first_.TakeFree());
  int slot = flights_->Take(chunk_.id, lane.id, lane.epoch);
  ASSERT_TRUE(OpenWindow(database_.pump(), chunk_, 0, 7, lane.epoch, {}, {}, Soon())->open);
  flights_->Mark(slot, chunk_.id, lane.epoch, 0, Flight::kAccepted);
  flights_->Mark(slot, chunk_.id, lane.epoch, 1, Flight::kDot);
  flights_->Mark(slot, chunk_.id, lane.epoch, 2, Flight::kRefused);
  EndLeases();
  auto lanes = second_.TakeFree();
  ASSERT_TRUE(lanes.ok());
  for (const auto& taken : *lanes) {
    auto recovered = RecoverLane(database_.pump(), *flights_, taken, clock_);
    ASSERT_TRUE(recovered.ok());
    if (taken.id != lane.id) continue;
    EXPECT_EQ(recovered->delivered, 1);
    EXPECT_EQ(recovered->unknown, 1);
    EXPECT_EQ(recovered->unsent, 6);
    auto again = RecoverLane(database_.pump(), *flights_, taken, clock_);
    EXPECT_EQ(again->unknown + again->delivered + again->unsent, 0);
  }
  EXPECT_EQ(*LoadSettled(database_.pump(), chunk_, Soon()), (std::unordered_set<int>{0, 1}));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'message.unknown' AND aggregate_version = 2"), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'message.delivered'"), 1);
}

TEST_F(RecoveryTest, WithoutAFlightFileTheWholeWindowIsUnknown) {
  auto lane = LaneOfChunk(first_, *first_.TakeFree());
  ASSERT_TRUE(OpenWindow(database_.pump(), chunk_, 0, 7, lane.epoch, {}, {}, Soon())->open);
  EndLeases();
  int unknown = 0;
  auto lanes = second_.TakeFree();
  ASSERT_TRUE(lanes.ok());
  for (const auto& taken : *lanes) unknown += RecoverLane(database_.pump(), *flights_, taken, clock_)->unknown;
  EXPECT_EQ(unknown, 8);
  EXPECT_EQ(LoadSettled(database_.pump(), chunk_, Soon())->size(), 8u);
}

TEST_F(RecoveryTest, AnOldOwnersIntentChangesNothing) {
  auto lane = LaneOfChunk(first_, *first_.TakeFree());
  EndLeases();
  ASSERT_EQ(second_.TakeFree()->size(), static_cast<size_t>(kLanes));
  EXPECT_FALSE(OpenWindow(database_.pump(), chunk_, 0, 7, lane.epoch, {}, {}, Soon())->open);
  EXPECT_TRUE(first_.Holds(lane.id, lane.epoch));  // It does not know yet,
  ASSERT_TRUE(first_.Renew().ok());
  EXPECT_FALSE(first_.Holds(lane.id, lane.epoch));  // and learns it here.
  EXPECT_EQ(database_.Count("SELECT count(*) FROM send_window"), 0);
}

// The hole that FOR SHARE closes: an intent that is under way while its lease runs out must not
// commit behind the successor's scan.
TEST_F(RecoveryTest, ATakeOverWaitsForTheIntentUnderWayAndSeesIt) {
  auto lane = LaneOfChunk(first_, *first_.TakeFree());
  database_.Run("CREATE FUNCTION hold_intent() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END'");
  database_.Run("CREATE TRIGGER hold_intent BEFORE INSERT ON send_window FOR EACH ROW EXECUTE FUNCTION hold_intent()");
  database_.Run("SELECT pg_advisory_lock(7)");  // The superuser's session keeps it.
  std::thread intent([&] {
    auto window = OpenWindow(database_.pump(), chunk_, 0, 7, lane.epoch, {}, {}, Soon());
    EXPECT_TRUE(window.ok() && window->open);
  });
  ASSERT_TRUE(testing::Eventually([&] {
    return database_.Count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 1;
  }));
  std::atomic<bool> taken{false};
  int unknown = 0;
  std::thread successor([&] {
    // The lease runs out only in this test's own update, which has to wait as the take-over does.
    auto lanes = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({}), Soon(),
                                         [&](postgres::Transaction& transaction) -> Status {
                                           static const postgres::Statement kEnd{
                                               "test_end_leases", "UPDATE send_lane SET until_time = '-infinity'"};
                                           VEFA_TRY_OK(transaction.Execute(kEnd));
                                           return Ok();
                                         });
    EXPECT_TRUE(lanes.ok());
    auto got = second_.TakeFree();
    taken = true;
    EXPECT_TRUE(got.ok());
    for (const auto& one : *got) unknown += RecoverLane(database_.pump(), *flights_, one, clock_)->unknown;
  });
  EXPECT_TRUE(testing::Eventually([&] {
    return database_.Count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                           " AND wait_event_type = 'Lock' AND wait_event <> 'advisory'") >= 1;
  }));
  EXPECT_FALSE(taken);
  database_.Run("SELECT pg_advisory_unlock(7)");
  intent.join();
  successor.join();
  EXPECT_EQ(unknown, 8);
}

}  // namespace
}  // namespace vefa::notification
