#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"

// How long people are kept: plain values, no I/O, no clock.
namespace vefa::contact {

// For people of whom nothing new was heard for so many days.
struct RetentionRule {
  std::string code;
  std::string title;
  int32_t days = 0;
  std::string purpose;  // Only who does not agree to it; empty: to none at all.
  std::vector<int16_t> stages;  // As the contract numbers them; none: any.
  bool despite_consent = false;
  Time create_time{};
  Time update_time{};
  bool scheduled = false;  // It runs by itself.
  std::optional<Time> next_run_time{};  // Set while it is scheduled.
  std::optional<Time> last_run_time{};
  int32_t last_erased = 0;
  std::string trouble{};  // Why it did not run by itself when it was time.
};

inline constexpr int kRetentionRulesMax = 50;  // Of one tenant.
// Of a rule that runs by itself: from one run to the next, and from when it was said, or changed, to the first.
inline constexpr std::chrono::hours kRunEvery(24);
// The trouble of a rule that is for too many.
inline constexpr char kShareTooLarge[] = "RETENTION_SHARE_TOO_LARGE";
// A rule may erase one contact in so many by itself, and not more than so many.
inline constexpr int64_t kScheduledPart = 10;
inline constexpr int64_t kScheduledErasedMax = 100'000;

// Brings a rule to its stored form and adds what is wrong, fields under `retention_rule.`.
void Normalise(RetentionRule& rule, std::vector<Violation>& violations);
// Whoever was heard of since is kept.
Time CutOf(const RetentionRule& rule, Time now);
// How many of so many contacts a rule may erase by itself: more is more likely a mistake, and cannot be taken back.
int64_t ScheduledMax(int64_t contacts);
// Why somebody was erased by it, for the record: `RETENTION_COLD_LEADS`.
std::string ReasonOf(const RetentionRule& rule);

}  // namespace vefa::contact
