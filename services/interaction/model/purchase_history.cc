#include "services/interaction/model/purchase_history.h"

#include <algorithm>
#include <string>

namespace vefa::interaction::model {
namespace {

// Horizons beyond this are a mistake.
constexpr int32_t kMaxHorizonDays = 7 * 100'000;

Status CheckDay(int32_t day) {
  if (day >= kFirstDay && day <= kLastDay) return Ok();
  return InvalidArgument("DAY_RANGE", "Give a day between the years 1012 and 2928.");
}

// Takes in one purchase day of a customer known on the as-of day.
Status AddKnownDay(CustomerHistory& customer, const Purchase& purchase) {
  if (purchase.day != customer.last_day) {
    customer.last_day = purchase.day;
    ++customer.frequency;
  }
  // What was paid on the first day is not a repeat purchase.
  if (purchase.day == customer.first_day) return Ok();
  if (__builtin_add_overflow(customer.repeat_minor_units, purchase.minor_units, &customer.repeat_minor_units)) {
    return InvalidArgument("VALUE_RANGE", "The values of one customer add up to more than 64 bits hold.");
  }
  return Ok();
}

}  // namespace

Customer CustomerHistory::Known(int32_t as_of_day) const {
  return {frequency, WeeksFromDays(last_day - first_day), WeeksFromDays(as_of_day - first_day)};
}

double CustomerHistory::MeanRepeatValue(int32_t minor_units_per_major) const {
  if (frequency == 0) return 0;
  return static_cast<double>(repeat_minor_units) / (static_cast<double>(frequency) * minor_units_per_major);
}

Result<PurchaseHistory> BuildPurchaseHistory(std::vector<Purchase> purchases, int32_t as_of_day, int32_t horizon_days) {
  if (horizon_days < 0 || horizon_days > kMaxHorizonDays) {
    return InvalidArgument("HORIZON_RANGE", "Give a horizon of 0 to " + std::to_string(kMaxHorizonDays) + " days.");
  }
  VEFA_TRY_OK(CheckDay(as_of_day));
  std::sort(purchases.begin(), purchases.end(), [](const Purchase& left, const Purchase& right) {
    return left.customer != right.customer ? left.customer < right.customer : left.day < right.day;
  });
  PurchaseHistory history{as_of_day, horizon_days, {}, {}};
  for (const Purchase& purchase : purchases) {
    VEFA_TRY_OK(CheckDay(purchase.day));
    if (purchase.minor_units < 0) return InvalidArgument("VALUE_RANGE", "A purchase has a negative value.");
    const bool known = !history.customers.empty() && history.customers.back().customer == purchase.customer;
    if (purchase.day <= as_of_day) {
      if (!known) history.customers.push_back({purchase.customer, purchase.day, purchase.day, 0, 0});
      VEFA_TRY_OK(AddKnownDay(history.customers.back(), purchase));
      continue;
    }
    const int32_t days_after = purchase.day - as_of_day;
    if (!known || days_after > horizon_days) continue;
    const LaterPurchase later{history.customers.size() - 1, days_after};
    const bool counted = !history.later.empty() && history.later.back().customer == later.customer &&
                         history.later.back().days_after == later.days_after;
    if (!counted) history.later.push_back(later);
  }
  return history;
}

std::vector<Customer> KnownCustomers(const PurchaseHistory& history) {
  std::vector<Customer> customers;
  customers.reserve(history.customers.size());
  for (const CustomerHistory& customer : history.customers) customers.push_back(customer.Known(history.as_of_day));
  return customers;
}

}  // namespace vefa::interaction::model
