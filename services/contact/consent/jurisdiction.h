#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "services/contact/contact.h"
#include "services/contact/preference/preference.h"

// Whose law counts for somebody, and what it says of commercial messages. Pure. Not legal advice.
namespace vefa::contact {

// What holds where no other profile does.
inline constexpr std::string_view kDefaultJurisdiction = "DEFAULT";

// The code of the profile that counts for somebody in a country (ISO 3166-1 alpha-2, or nothing): DE, EU, TR, US or DEFAULT.
std::string_view JurisdictionOf(std::string_view country);

// The number of a day, since 1970-01-01, as profiles write the first one of theirs.
constexpr int32_t DayNumber(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

// Who may get a commercial message without an agreement, until they say no. The numbers are ConsentProfile.WithoutAgreement of the contract.
enum class WithoutAgreement : int16_t { kNone = 0, kNobody = 1, kMerchants = 2, kCustomers = 3, kAnybody = 4 };

// What a law says of one channel.
struct ChannelLaw {
  Channel channel = Channel::kNone;
  WithoutAgreement without_agreement = WithoutAgreement::kNobody;
  std::optional<QuietHours> quiet_hours{};  // No commercial message then, on the person's own clock.
  std::string_view registry{};              // Where agreements and refusals have to be registered; empty: nowhere.
};

// One version of what a law says of commercial messages.
struct ConsentProfile {
  std::string_view code;
  int32_t version;
  int32_t first_day;  // Since 1970-01-01, in UTC; it holds from then on, until the next version.
  std::string_view law;
  std::array<ChannelLaw, 3> channels;
  int32_t record_days;          // For how long consents are kept after their end, as proof; 0: the law names no figure.
  std::string_view record_law;  // Where that is written.
  bool double_opt_in;           // Whether courts expect that an address was confirmed.
  std::span<const std::string_view> unconfirmed;  // Fields whose content nobody has compared with the text of the law yet.
};

// All of them, by code and version. A change of the law is a further version: what is there never changes.
std::span<const ConsentProfile> ConsentProfiles();
// The version that holds at a moment; before the first one, the first. nullptr: there is no such code.
const ConsentProfile* FindConsentProfile(std::string_view code, Time moment);
// What it says of a channel; nullptr of none.
const ChannelLaw* LawOf(const ConsentProfile& profile, Channel channel);

}  // namespace vefa::contact
