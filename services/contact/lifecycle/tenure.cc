#include "services/contact/lifecycle/tenure.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define WHOSE_ZONE "coalesce(nullif(c.time_zone, ''), 'UTC')"

const Statement kTenure{
    "tenure_get",
    "SELECT t.customer_since, l.change_time, d.gone - ((d.since + make_interval(years => d.gone))::date > d.today)::int"
    " FROM contact c LEFT JOIN customer_tenure t ON t.tenant_id = $1 AND t.contact_id = c.id"
    " LEFT JOIN LATERAL (SELECT change_time FROM lifecycle_change WHERE tenant_id = $1 AND contact_id = c.id"
    "  ORDER BY contact_version DESC LIMIT 1) l ON true CROSS JOIN LATERAL (SELECT *, (extract(year FROM today) - extract(year FROM since))::int AS gone"
    "  FROM (SELECT (t.customer_since AT TIME ZONE " WHOSE_ZONE ")::date AS since, ($3 AT TIME ZONE " WHOSE_ZONE ")::date AS today) x) d"
    " WHERE c.tenant_id = $1 AND c.id = $2"};
// PostgreSQL adds years to a 29th of February as the 28th where there is none, and to `since` itself, so that it is the 29th again in
// the next leap year. The first day itself is none: the next one is a year later.
#define NEXT_OF(dates)                                                                                                             \
  "SELECT contact_id, since, next, (extract(year FROM next) - extract(year FROM since))::int, next - today FROM ("                 \
  "SELECT contact_id, since, today, CASE WHEN this < today OR gone = 0 THEN (since + make_interval(years => gone + 1))::date ELSE this END AS next FROM (" \
  "SELECT *, (since + make_interval(years => gone))::date AS this FROM ("                                                          \
  "SELECT *, (extract(year FROM today) - extract(year FROM since))::int AS gone FROM (" dates ") d WHERE since <= today) g) t) n"   \
  " WHERE next - today < $3 AND (next, contact_id) > ($4, $5) ORDER BY next, contact_id LIMIT $6"
const Statement kCustomers{
    "anniversary_customers",
    NEXT_OF("SELECT c.id AS contact_id, (t.customer_since AT TIME ZONE " WHOSE_ZONE ")::date AS since, ($2 AT TIME ZONE " WHOSE_ZONE ")::date AS today"
            " FROM customer_tenure t JOIN contact c ON c.tenant_id = $1 AND c.id = t.contact_id"
            " WHERE t.tenant_id = $1 AND t.year_day = ANY($7) AND c.erase_time IS NULL AND c.merged_into IS NULL")};
const Statement kDates{
    "anniversary_dates",
    NEXT_OF("SELECT c.id AS contact_id, date '1970-01-01' + (c.attributes->$7->>'days')::int AS since, ($2 AT TIME ZONE " WHOSE_ZONE ")::date AS today"
            " FROM contact c WHERE c.tenant_id = $1 AND c.attributes->$7 ? 'days' AND c.erase_time IS NULL AND c.merged_into IS NULL")};

std::chrono::year_month_day DateOf(int32_t day) { return std::chrono::sys_days(std::chrono::days(day)); }

}  // namespace

std::vector<int16_t> YearDays(Time now, int32_t days) {
  std::vector<int16_t> all;
  // A day earlier and later somewhere on Earth, as is the day of `since`.
  const int32_t today = DayOf(now);
  for (int32_t day = today - 2; day <= today + days + 2; ++day) {
    const std::chrono::year_month_day date = DateOf(day);
    all.push_back(static_cast<int16_t>(32 * static_cast<unsigned>(date.month()) + static_cast<unsigned>(date.day())));
  }
  // In a year without it the 29th of February is the 28th.
  const int16_t twenty_eighth = 32 * 2 + 28;
  if (std::find(all.begin(), all.end(), twenty_eighth) != all.end()) all.push_back(twenty_eighth + 1);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string DateText(int32_t day) { return ToRfc3339(StartOfDay(day)).substr(0, 10); }

Result<std::optional<Tenure>> ReadTenure(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Time now, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kTenure, Bound(tenant, contact, now), deadline));
  if (rows.empty()) return std::optional<Tenure>();
  Tenure found;
  if (!rows.IsNull(0, 0)) {
    found.customer_since = rows.Timestamp(0, 0);
    found.years = std::max(0, rows.Int32(0, 2));
  }
  if (!rows.IsNull(0, 1)) found.stage_since = rows.Timestamp(0, 1);
  return std::optional(found);
}

Result<std::vector<Anniversary>> ListAnniversaries(postgres::Database& database, const Uuid& tenant, const AnniversaryPage& page, Time now,
                                                   Deadline deadline) {
  // Before everything: the first day there is.
  const auto after = page.after.value_or(std::make_pair(-postgres::kEpochDays * 2, Uuid()));
  postgres::Params params = Bound(tenant, now, page.days, postgres::Day{after.first}, after.second, page.size);
  params.push_back(page.attribute.empty() ? postgres::Bind(YearDays(now, page.days)) : postgres::Bind(page.attribute));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), page.attribute.empty() ? kCustomers : kDates, std::move(params), deadline));
  std::vector<Anniversary> all;
  for (int i = 0; i < rows.size(); ++i)
    all.push_back({rows.Id(i, 0), rows.Date(i, 1), rows.Date(i, 2), rows.Int32(i, 3), rows.Int32(i, 4)});
  return all;
}

}  // namespace vefa::contact
