#pragma once

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
};

inline constexpr int kRetentionRulesMax = 50;  // Of one tenant.

// Brings a rule to its stored form and adds what is wrong, fields under `retention_rule.`.
void Normalise(RetentionRule& rule, std::vector<Violation>& violations);
// Whoever was heard of since is kept.
Time CutOf(const RetentionRule& rule, Time now);
// Why somebody was erased by it, for the record: `RETENTION_COLD_LEADS`.
std::string ReasonOf(const RetentionRule& rule);

}  // namespace vefa::contact
