#include "services/interaction/model/merged_rows.h"

#include <algorithm>
#include <cmath>

namespace vefa::interaction::model {
namespace {

// Enough for kMaxFrequency and for kMaxWeeks in days.
constexpr int kDayBits = 20;
static_assert(kMaxFrequency < 1 << kDayBits && kMaxWeeks * kDaysPerWeek < 1 << kDayBits);

}  // namespace

Result<std::vector<MergedRow>> MergeCustomers(std::span<const Customer> customers) {
  // Frequency, recency and age in days, each within kDayBits by CheckCustomer.
  std::vector<uint64_t> keys;
  keys.reserve(customers.size());
  for (const Customer& customer : customers) {
    VEFA_TRY_OK(CheckCustomer(customer));
    const double recency = customer.recency_weeks * kDaysPerWeek;
    const double age = customer.age_weeks * kDaysPerWeek;
    const double recency_days = std::round(recency);
    const double age_days = std::round(age);
    const bool whole =
        std::fabs(recency - recency_days) <= kDayTolerance && std::fabs(age - age_days) <= kDayTolerance;
    if (!whole || (customer.frequency > 0 && recency_days == 0)) {
      return InvalidArgument("TIME_NOT_WHOLE_DAYS", "Give times that are whole days, divided by 7.");
    }
    keys.push_back(static_cast<uint64_t>(customer.frequency) << (2 * kDayBits) |
                   static_cast<uint64_t>(recency_days) << kDayBits | static_cast<uint64_t>(age_days));
  }
  std::sort(keys.begin(), keys.end());
  std::vector<MergedRow> rows;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i > 0 && keys[i] == keys[i - 1]) {
      ++rows.back().count;
      continue;
    }
    constexpr uint64_t kDays = (uint64_t{1} << kDayBits) - 1;
    const auto frequency = static_cast<int32_t>(keys[i] >> (2 * kDayBits));
    const auto recency = static_cast<double>(keys[i] >> kDayBits & kDays);
    const auto age = static_cast<double>(keys[i] & kDays);
    rows.push_back({{frequency, WeeksFromDays(recency), WeeksFromDays(age)}, 1});
  }
  return rows;
}

}  // namespace vefa::interaction::model
