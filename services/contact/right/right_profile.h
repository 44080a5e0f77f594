#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "libs/base/clock.h"

// By when the law wants an answer. Pure.
namespace vefa::contact {

// One version of a law's clock. Either months or days of each pair are 0.
struct RightProfile {
  std::string_view code;
  int32_t version;
  int32_t first_day;  // Since 1970-01-01; it holds for what came in from then on, until the next version.
  int32_t months, days;
  int32_t extension_months, extension_days;  // Both 0: it cannot be extended.
  std::string_view zone;                     // On whose clock days end.
  std::string_view law;
};

// All of them, by code and version; JurisdictionOf says whose counts. A change of the law is a further version here: what is there never changes.
std::span<const RightProfile> RightProfiles();
// The version that holds for what came in at a moment; of what is older than the first, the first. nullptr: there is none.
const RightProfile* FindRightProfile(std::string_view code, Time received);
// That very version.
const RightProfile* FindRightProfile(std::string_view code, int32_t version);
// Before when an answer is due: the end of the last day. A month that lacks the day ends with its last; nothing is added for Sundays
// and holidays, so that nobody is late who counts differently.
Time DueTime(const RightProfile& profile, Time received, bool extended);

}  // namespace vefa::contact
