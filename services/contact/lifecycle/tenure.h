#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"

// Since when people are customers, and days that come again each year.
namespace vefa::contact {

struct Tenure {
  std::optional<Time> customer_since, stage_since;
  int32_t years = 0;  // Full ones, on the person's calendar.
};
// nullopt when there is no such contact.
Result<std::optional<Tenure>> ReadTenure(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Time now, Deadline deadline);

// Days since 1970-01-01, on the person's calendar.
struct Anniversary {
  Uuid contact;
  int32_t since = 0, next = 0;
  int32_t years = 0, days_left = 0;
};
struct AnniversaryPage {
  int32_t days = 30;
  std::string attribute;                         // Empty: since when somebody is a customer.
  std::optional<std::pair<int32_t, Uuid>> after;  // Next day and contact of the last row.
  int32_t size = 50;
};
// The next first. Of an attribute every contact of the tenant is looked at.
Result<std::vector<Anniversary>> ListAnniversaries(postgres::Database& database, const Uuid& tenant, const AnniversaryPage& page, Time now,
                                                   Deadline deadline);

// In which year_day of the table, 32 × month + day, the next `days` days from a moment are, in whatever time zone.
std::vector<int16_t> YearDays(Time now, int32_t days);

// `YYYY-MM-DD` of days since 1970-01-01.
std::string DateText(int32_t day);

}  // namespace vefa::contact
