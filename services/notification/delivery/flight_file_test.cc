#include "services/notification/delivery/flight_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace vefa::notification {
namespace {

class FlightFileTest : public testing::Test {
 protected:
  FlightFileTest() {
    char pattern[] = "/tmp/vefa-flight-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~FlightFileTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  SystemClock clock_;
  Uuid chunk_ = NewUuidV7(clock_);
};

TEST_F(FlightFileTest, SurvivesAKilledProcess) {
  Uuid owner;
  {
    auto flights = FlightFile::Open(folder_).value();
    owner = flights->owner();
  }
  pid_t child = fork();
  if (child == 0) {
    auto flights = FlightFile::Open(folder_).value();
    int slot = flights->Take(chunk_, 2, 7);
    flights->Mark(slot, chunk_, 7, 0, Flight::kDot);
    flights->Mark(slot, chunk_, 7, 1, Flight::kAccepted);
    flights->Mark(slot, chunk_, 7, 999, Flight::kRefused);
    raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  auto flights = FlightFile::Open(folder_).value();
  EXPECT_TRUE(flights->shared());
  EXPECT_EQ(flights->owner(), owner);
  EXPECT_EQ(flights->Find(chunk_, 7, 0), Flight::kDot);
  EXPECT_EQ(flights->Find(chunk_, 7, 1), Flight::kAccepted);
  EXPECT_EQ(flights->Find(chunk_, 7, 2), Flight::kNothing);
  EXPECT_EQ(flights->Find(chunk_, 7, 999), Flight::kRefused);
  EXPECT_EQ(flights->Find(chunk_, 8, 0), std::nullopt);  // Another epoch is another story.
  EXPECT_EQ(flights->Find(chunk_, 7, 1000), std::nullopt);
  flights->ReleaseBefore(1, 8);
  EXPECT_TRUE(flights->Find(chunk_, 7, 0).has_value());
  flights->ReleaseBefore(2, 8);
  EXPECT_EQ(flights->Find(chunk_, 7, 0), std::nullopt);
}

TEST_F(FlightFileTest, BelongsToOneProcess) {
  auto first = FlightFile::Open(folder_).value();
  auto second = FlightFile::Open(folder_).value();
  EXPECT_TRUE(first->shared());
  EXPECT_FALSE(second->shared());
  EXPECT_NE(first->owner(), second->owner());
}

TEST_F(FlightFileTest, SaysNothingAboutAnotherBoot) {
  {
    auto flights = FlightFile::Open(folder_).value();
    flights->Mark(flights->Take(chunk_, 0, 1), chunk_, 1, 0, Flight::kAccepted);
  }
  {
    std::fstream file(folder_ + "/flight.bin", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(8);
    file << "another-boot";
  }
  auto flights = FlightFile::Open(folder_).value();
  EXPECT_EQ(flights->Find(chunk_, 1, 0), std::nullopt);
}

TEST_F(FlightFileTest, GivesASlotOnceAndForgetsWhoHadIt) {
  auto flights = FlightFile::Open(folder_).value();
  std::vector<int> slots;
  for (int i = 0; i < FlightFile::kSlots; ++i) slots.push_back(flights->Take(NewUuidV7(clock_), 0, 1));
  EXPECT_EQ(flights->Take(chunk_, 0, 1), -1);
  flights->Release(slots[3]);
  EXPECT_EQ(flights->Take(chunk_, 0, 1), slots[3]);
  flights->Mark(slots[3], NewUuidV7(clock_), 1, 0, Flight::kAccepted);  // A late word of the one before.
  EXPECT_EQ(flights->Find(chunk_, 1, 0), Flight::kNothing);
  flights->Mark(-1, chunk_, 1, 0, Flight::kDot);
}

}  // namespace
}  // namespace vefa::notification
