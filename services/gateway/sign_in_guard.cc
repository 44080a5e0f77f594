#include "services/gateway/sign_in_guard.h"

#include <algorithm>

namespace vefa::gateway {

using std::chrono::milliseconds;
using std::chrono::seconds;

milliseconds SignInGuard::Try(const std::string& account) {
  Time now = clock_.Now();
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kAccountsMax && !entries_.contains(account)) ForgetOldLocked(now);
  Entry& entry = entries_[account];
  if (now - entry.last > kForgetAfter) entry = {};
  if (now < entry.next) return std::max(milliseconds(1), std::chrono::ceil<milliseconds>(entry.next - now));
  ++entry.failures;
  entry.last = now;
  int doubled = std::min(entry.failures - kFreeFailures, 10);
  if (doubled >= 0) entry.next = now + std::min(seconds(1 << doubled), kLongestPause);
  return milliseconds(0);
}

void SignInGuard::Succeeded(const std::string& account) {
  std::lock_guard lock(mutex_);
  entries_.erase(account);
}

void SignInGuard::Untried(const std::string& account) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(account);
  if (found == entries_.end()) return;
  --found->second.failures;
  found->second.next = Time();
}

void SignInGuard::ForgetOldLocked(Time now) {
  std::erase_if(entries_, [&](const auto& entry) { return now - entry.second.last > kForgetAfter; });
  // Made-up accounts in a flood: counting begins anew rather than growing without end.
  if (entries_.size() >= kAccountsMax) entries_.clear();
}

}  // namespace vefa::gateway
