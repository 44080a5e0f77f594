#include "services/contact/party/party_proto.h"

#include <chrono>

#include "libs/base/text.h"

namespace vefa::contact {

google::type::Date DateToProto(int32_t day) {
  std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  google::type::Date proto;
  proto.set_year(static_cast<int>(date.year()));
  proto.set_month(static_cast<int>(static_cast<unsigned>(date.month())));
  proto.set_day(static_cast<int>(static_cast<unsigned>(date.day())));
  return proto;
}

std::optional<int32_t> DateFromProto(const google::type::Date& date, std::string field,
                                     std::vector<Violation>& violations) {
  if (date.year() == 0 && date.month() == 0 && date.day() == 0) return std::nullopt;
  // Checked here, because larger numbers would wrap around in a month or a day of the standard library.
  bool small = date.month() >= 1 && date.month() <= 12 && date.day() >= 1 && date.day() <= 31;
  if (small) {
    auto day = DaysFromCivil(date.year(), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    if (day.ok()) return *day;
  }
  violations.push_back({std::move(field), "DATE_INVALID", "Give year, month and day of a date that exists."});
  return std::nullopt;
}

}  // namespace vefa::contact
