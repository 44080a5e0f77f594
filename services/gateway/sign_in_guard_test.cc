#include "services/gateway/sign_in_guard.h"

#include <gtest/gtest.h>

namespace vefa::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class SignInGuardTest : public ::testing::Test {
 protected:
  ManualClock clock_{Time(seconds(1'700'000'000))};
  SignInGuard guard_{clock_};
};

TEST_F(SignInGuardTest, GuessingGetsSlowerUpToHalfAMinute) {
  for (int i = 0; i < SignInGuard::kFreeFailures; ++i) EXPECT_EQ(guard_.Try("a").count(), 0) << i;
  milliseconds longest{0};
  for (int i = 0; i < 10; ++i) {
    milliseconds wait = guard_.Try("a");
    EXPECT_GT(wait.count(), 0);
    EXPECT_GE(wait, longest);
    longest = wait;
    clock_.Advance(wait);
    EXPECT_EQ(guard_.Try("a").count(), 0);
  }
  EXPECT_EQ(longest, SignInGuard::kLongestPause);
  EXPECT_EQ(guard_.Try("b").count(), 0) << "another account is free";
}

TEST_F(SignInGuardTest, SuccessAndTimeForgive) {
  for (int i = 0; i < SignInGuard::kFreeFailures; ++i) guard_.Try("a");
  guard_.Succeeded("a");
  EXPECT_EQ(guard_.Try("a").count(), 0);
  for (int i = 0; i < SignInGuard::kFreeFailures; ++i) guard_.Try("a");
  EXPECT_GT(guard_.Try("a").count(), 0);
  clock_.Advance(SignInGuard::kForgetAfter + seconds(1));
  for (int i = 0; i < SignInGuard::kFreeFailures; ++i) EXPECT_EQ(guard_.Try("a").count(), 0);
}

TEST_F(SignInGuardTest, WhatWasNeverComparedDoesNotCount) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(guard_.Try("a").count(), 0) << i;
    guard_.Untried("a");
  }
}

TEST_F(SignInGuardTest, AFloodOfMadeUpAccountsDoesNotGrowWithoutEnd) {
  for (size_t i = 0; i < 3 * SignInGuard::kAccountsMax; ++i) EXPECT_EQ(guard_.Try(std::to_string(i)).count(), 0);
}

}  // namespace
}  // namespace vefa::gateway
