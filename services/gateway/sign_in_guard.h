#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

#include "libs/base/clock.h"

namespace vefa::gateway {

// Slows down who guesses passwords: after a few failures an account can be tried only every few
// seconds, known or not. Counts in this process alone, so an account is never shut for long by
// somebody else's guessing. Thread-safe.
class SignInGuard {
 public:
  static constexpr int kFreeFailures = 5;
  static constexpr std::chrono::seconds kLongestPause{30};
  static constexpr std::chrono::minutes kForgetAfter{15};
  static constexpr size_t kAccountsMax = 10'000;

  explicit SignInGuard(const Clock& clock) : clock_(clock) {}

  // How long to wait before this account may be tried; zero when it may be now, and then the try
  // counts as failed unless one of the others says otherwise: tries at the same time count too.
  std::chrono::milliseconds Try(const std::string& account);
  void Succeeded(const std::string& account);
  // The password was never compared.
  void Untried(const std::string& account);

 private:
  struct Entry {
    int failures = 0;
    Time next;  // When the next try is allowed.
    Time last;
  };
  void ForgetOldLocked(Time now);

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace vefa::gateway
