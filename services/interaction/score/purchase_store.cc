#include "services/interaction/score/purchase_store.h"

#include "libs/base/text.h"
#include "services/interaction/timeline/timeline.h"

namespace vefa::interaction {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr size_t kPurchasesMax = 20'000'000;  // 640 MB of memory.
constexpr std::chrono::minutes kReadTimeout(10);

// A cursor: one snapshot for all pages, and neither side holds more than a page. Prepared for one
// use, because a cursor lives in its transaction only. What somebody bought who is a part of another, the other bought. Of whom nothing may be
// concluded, nothing is read.
const Statement kOpen{"purchases_open",
                      "DECLARE purchases NO SCROLL CURSOR FOR WITH RECURSIVE above AS ("
                      "  SELECT contact_id, survivor_id, 1 AS level FROM contact_part WHERE tenant_id = $1 AND survivor_id IS NOT NULL"
                      "  UNION ALL SELECT a.contact_id, p.survivor_id, a.level + 1 FROM above a JOIN contact_part p"
                      "   ON p.tenant_id = $1 AND p.contact_id = a.survivor_id AND p.survivor_id IS NOT NULL WHERE a.level < $3),"
                      " top AS (SELECT DISTINCT ON (contact_id) contact_id, survivor_id FROM above ORDER BY contact_id, level DESC)"
                      " SELECT coalesce(t.survivor_id, o.contact_id), (o.occur_time AT TIME ZONE 'UTC')::date, o.total, o.currency"
                      " FROM placed_order o LEFT JOIN top t ON t.contact_id = o.contact_id"
                      " WHERE o.tenant_id = $1 AND o.occur_time < $2"
                      "  AND NOT EXISTS (SELECT 1 FROM contact_limit l WHERE l.tenant_id = $1 AND l.contact_id = o.contact_id AND l.unscored)"
                      "  AND NOT EXISTS (SELECT 1 FROM contact_limit l WHERE l.tenant_id = $1 AND l.contact_id = t.survivor_id AND l.unscored)",
                      true};
const Statement kNext{"purchases_next", "FETCH 20000 FROM purchases", true};

Error Refused(const char* reason, const char* message) { return {Code::kFailedPrecondition, reason, message}; }

Status Append(const Rows& rows, int32_t as_of_day, Purchases& purchases) {
  for (int i = 0; i < rows.size(); ++i) {
    model::Purchase purchase{rows.Id(i, 0), rows.Date(i, 1), rows.Int64(i, 2)};
    if (purchases.rows.empty() || purchase.day > purchases.newest_day) purchases.newest_day = purchase.day;
    purchases.rows.push_back(purchase);
    // Of what came later only the days count.
    if (purchase.day > as_of_day) continue;
    if (purchases.currency.empty()) purchases.currency = rows.String(i, 3);
    if (purchases.currency != rows.Text(i, 3))
      return Refused("MIXED_CURRENCIES",
                     "The orders up to the as-of date are in more than one currency; values can be compared in one only.");
  }
  return Ok();
}

}  // namespace

Result<Purchases> ReadPurchases(postgres::Database& pump, const Uuid& tenant, int32_t as_of_day, int32_t horizon_days,
                                const std::function<void()>& alive) {
  VEFA_TRY(postgres::Transaction transaction,
           pump.Begin(Scope::Tenants({tenant}), Deadline::After(kReadTimeout)));
  Time end = StartOfDay(as_of_day + horizon_days + 1);
  VEFA_TRY_OK(transaction.Execute(kOpen, Bound(tenant, end, int32_t{kPartLevelsMax})));
  Purchases purchases;
  for (;;) {
    VEFA_TRY(Rows rows, transaction.Execute(kNext));
    if (rows.empty()) break;
    VEFA_TRY_OK(Append(rows, as_of_day, purchases));
    if (purchases.rows.size() > kPurchasesMax)
      return Refused("TOO_MANY_ORDERS", "There are more than 20,000,000 orders, which is more than one run takes.");
    alive();
  }
  if (purchases.currency.empty())
    return Refused("NO_ORDERS", "There are no orders up to the as-of date; import some, or choose a later date.");
  return purchases;
}

}  // namespace vefa::interaction
