#include "services/contact/consent/jurisdiction.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::contact {
namespace {

// The Union and the European Economic Area, but for Germany, which has a profile.
constexpr std::string_view kUnionCountries[] = {"AT", "BE", "BG", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
                                                "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"};
static_assert(std::ranges::is_sorted(kUnionCountries));

constexpr std::array<ChannelLaw, 3> OnEveryChannel(WithoutAgreement who) {
  return {{{Channel::kEmail, who}, {Channel::kSms, who}, {Channel::kPush, who}}};
}

constexpr QuietHours kQuietHoursTr{21 * 60, 9 * 60}, kQuietHoursUs{21 * 60, 8 * 60};

// Five and three years, each day of a leap year among them.
constexpr int32_t kThreeYears = 3 * 365 + 1, kFiveYears = 5 * 365 + 2;

// Courts want proof that the owner of the address agreed; no article names the double opt-in. The five years are written of calls.
constexpr std::string_view kUnconfirmedDe[] = {"first_day", "channels", "record_days", "double_opt_in"};
// Member states put the directive into laws of their own, which were not read.
constexpr std::string_view kUnconfirmedEu[] = {"first_day", "channels", "record_days"};
// That merchants alone are written to unasked was read. No law was found that names hours: these are cautious. Whether a push message is a
// commercial electronic one is open. The three years are well known and were not read in the regulation.
constexpr std::string_view kUnconfirmedTr[] = {"first_day", "channels.quiet_hours", "channels.push", "record_days"};
// That e-mail goes by opt-out was read. Of text messages some states want more. The five years are those of the rule on telemarketing.
constexpr std::string_view kUnconfirmedUs[] = {"first_day", "channels.sms", "channels.push", "record_days"};

constexpr ConsentProfile kConsentProfiles[] = {
    {"DE", 1, DayNumber(2004, 7, 8), "UWG § 7 (2), (3)", OnEveryChannel(WithoutAgreement::kCustomers),
     kFiveYears, "UWG § 7a (2)", true, kUnconfirmedDe},
    {kDefaultJurisdiction, 1, DayNumber(1970, 1, 1), "none: what the purpose says", OnEveryChannel(WithoutAgreement::kAnybody),
     0, "", false, {}},
    {"EU", 1, DayNumber(2003, 10, 31), "ePrivacy directive (2002/58/EC) art. 13 (1), (2)", OnEveryChannel(WithoutAgreement::kCustomers),
     0, "GDPR art. 7 (1): as long as it has to be shown", false, kUnconfirmedEu},
    // Merchants and tradesmen may be written to until they refuse; nobody else without an agreement, customers neither.
    {"TR", 1, DayNumber(2015, 5, 1), "ETK (6563) md. 6",
     {{{Channel::kEmail, WithoutAgreement::kMerchants, kQuietHoursTr, "IYS"},
       {Channel::kSms, WithoutAgreement::kMerchants, kQuietHoursTr, "IYS"},
       {Channel::kPush, WithoutAgreement::kMerchants, kQuietHoursTr}}},
     kThreeYears, "Ticari İletişim ve Ticari Elektronik İletiler Hakkında Yönetmelik md. 13", false, kUnconfirmedTr},
    {"US", 1, DayNumber(2013, 10, 16), "CAN-SPAM 15 U.S.C. 7704; TCPA 47 CFR 64.1200",
     {{{Channel::kEmail, WithoutAgreement::kAnybody},
       {Channel::kSms, WithoutAgreement::kNobody, kQuietHoursUs},
       {Channel::kPush, WithoutAgreement::kAnybody}}},
     kFiveYears, "16 CFR 310.5", false, kUnconfirmedUs},
};

}  // namespace

std::string_view JurisdictionOf(std::string_view country) {
  for (std::string_view own : {"DE", "TR", "US"})
    if (country == own) return own;
  return std::ranges::binary_search(kUnionCountries, country) ? "EU" : kDefaultJurisdiction;
}

std::span<const ConsentProfile> ConsentProfiles() { return kConsentProfiles; }

const ConsentProfile* FindConsentProfile(std::string_view code, Time moment) {
  const ConsentProfile* found = nullptr;
  const int32_t day = DayOf(moment);
  for (const ConsentProfile& profile : kConsentProfiles)
    if (profile.code == code && (found == nullptr || profile.first_day <= day)) found = &profile;
  return found;
}

const ChannelLaw* LawOf(const ConsentProfile& profile, Channel channel) {
  const auto law = std::ranges::find(profile.channels, channel, &ChannelLaw::channel);
  return law == profile.channels.end() ? nullptr : &*law;
}

}  // namespace vefa::contact
