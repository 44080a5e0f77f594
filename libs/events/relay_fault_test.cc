#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "libs/events/relay_fixture.h"

// Relays whose moments of danger fail again and again, as armed by a file before anything else happens in the
// process: nothing may be lost and no first occurrence out of order.
namespace vefa::events {
namespace {

const char* const kPoints[] = {"relay.after_read", "relay.after_produce", "relay.between_acks",
                               "relay.after_ack_before_delete", "relay.during_lease_renew"};

std::string FaultsFile() { return ::testing::TempDir() + "relay-faults-" + std::to_string(getpid()); }

// The faults are read once a process, before the first relay.
const bool kArmed = [] {
  std::ofstream file(FaultsFile());
  for (const char* point : kPoints)
    file << point << " error " << (std::string(point) == "relay.between_acks" ? 100 : 3) << "\n";
  return setenv("VEFA_FAULTS_FILE", FaultsFile().c_str(), 1) == 0;
}();

class RelayFaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(kArmed);
    harness_.CreateThings(40);
  }
  static void TearDownTestSuite() {
    std::filesystem::remove(FaultsFile());
    std::filesystem::remove(FaultsFile() + ".hits");
  }
  void ExpectWhole() {
    Account account = AccountOf(harness_.ReadTopic());
    EXPECT_EQ(account.events, harness_.database.Count("SELECT count(*) FROM event_log"));
    EXPECT_EQ(account.disordered, 0);
    EXPECT_GT(account.repeats, 0);
  }

  RelayHarness harness_;
};

TEST_F(RelayFaultTest, NothingIsLostWhateverFails) {
  RelayOptions options;
  options.in_flight_max = 100;
  auto one = harness_.StartRelay(options);
  auto two = harness_.StartRelay(options);
  harness_.StartWriters(8, 150, 66);
  harness_.Join();
  ASSERT_TRUE(harness_.Drained(std::chrono::seconds(120)));
  auto strikes = [](const std::string& point) {
    std::ostringstream text;
    text << std::ifstream(FaultsFile() + ".hits").rdbuf();
    return text.str().find(point + " error") != std::string::npos;
  };
  // The rarest is a renewal, due once a second.
  for (const char* point : kPoints)
    EXPECT_TRUE(testing::Eventually([&] { return strikes(point); }, std::chrono::seconds(30))) << point;
  one.reset();
  two.reset();
  ExpectWhole();
}

// In a backlog the next rows are read while the last ones are produced: a loss in between must not let them overtake.
TEST_F(RelayFaultTest, ABacklogThatIsReadAheadKeepsItsOrder) {
  harness_.StartWriters(8, 200, 77);
  harness_.Join();
  RelayOptions options;
  options.in_flight_max = 60;
  options.leases = false;
  auto relay = harness_.StartRelay(options);
  ASSERT_TRUE(harness_.Drained(std::chrono::seconds(120)));
  relay.reset();
  ExpectWhole();
}

}  // namespace
}  // namespace vefa::events
