#include "services/interaction/order/order_store.h"

#include <unordered_map>
#include <unordered_set>

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/interaction/interaction_events.h"

namespace vefa::interaction {
namespace {

using postgres::BindBytes;
using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kPlace{
    "order_place",
    "WITH input AS (SELECT * FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::text[],"
    "    $7::bigint[], $8::int[], $9::uuid[], $10::bytea[])"
    "  AS i(id, external_id, contact_id, occur_time, currency, total, item_count, event_id, payload)),"
    " placed AS ("
    "  INSERT INTO placed_order (tenant_id, id, external_id, contact_id, occur_time, currency, total, item_count,"
    "    record_time)"
    "  SELECT $1, id, external_id, contact_id, occur_time, currency, total, item_count, $11 FROM input"
    "  ORDER BY external_id COLLATE \"C\""
    "  ON CONFLICT ON CONSTRAINT placed_order_external_id_key DO NOTHING RETURNING id, external_id),"
    " logged AS ("
    "  SELECT " VEFA_APPEND_EVENTS("$1, 'orders/' || p.id, 1, i.event_id, 'order.placed', i.occur_time, $12, NULL, i.payload")
    "  FROM placed p JOIN input i USING (id))"
    " SELECT external_id FROM placed, logged"};

const Statement kKnown{
    "order_known",
    "SELECT external_id, contact_id, occur_time, currency, total, item_count FROM placed_order"
    " WHERE tenant_id = $1 AND external_id = ANY($2)"};

Result<Rows> Insert(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Order>& orders,
                    const Clock& clock) {
  std::vector<Uuid> ids, contacts, event_ids;
  std::vector<std::string> external_ids, currencies, payloads;
  std::vector<Time> times;
  std::vector<int64_t> totals;
  std::vector<int32_t> item_counts;
  for (const Order& order : orders) {
    ids.push_back(NewUuidV7(clock));
    event_ids.push_back(NewUuidV7(clock));
    external_ids.push_back(order.external_id);
    contacts.push_back(order.contact);
    times.push_back(order.occur_time);
    currencies.push_back(order.currency);
    totals.push_back(order.total);
    item_counts.push_back(order.item_count);
    payloads.push_back(PlacedPayload(order));
  }
  return transaction.Execute(
      kPlace, Bound(tenant, ids, external_ids, contacts, times, currencies, totals, item_counts, event_ids,
                    BindBytes(payloads), clock.Now(), telemetry::CurrentTrace().traceparent()));
}

}  // namespace

Result<std::vector<Placed>> PlaceOrders(postgres::Transaction& transaction, const Uuid& tenant,
                                        const std::vector<Order>& orders, const Clock& clock) {
  VEFA_TRY(Rows placed, Insert(transaction, tenant, orders, clock));
  std::vector<Placed> outcomes(orders.size(), Placed::kCreated);
  if (placed.size() == static_cast<int>(orders.size())) return outcomes;
  std::unordered_set<std::string> created;
  for (int i = 0; i < placed.size(); ++i) created.insert(placed.String(i, 0));
  std::unordered_map<std::string, size_t> known;
  std::vector<std::string> external_ids;
  for (size_t i = 0; i < orders.size(); ++i) {
    if (created.contains(orders[i].external_id)) continue;
    known[orders[i].external_id] = i;
    external_ids.push_back(orders[i].external_id);
  }
  // A statement of its own sees what a twin committed while ours waited for it.
  VEFA_TRY(Rows rows, transaction.Execute(kKnown, Bound(tenant, external_ids)));
  VEFA_CHECK(rows.size() == static_cast<int>(external_ids.size()));  // Orders are never deleted.
  for (int i = 0; i < rows.size(); ++i) {
    size_t at = known.at(rows.String(i, 0));
    Order stored{Uuid{},           rows.Id(i, 1),    rows.String(i, 0), rows.Timestamp(i, 2),
                 rows.String(i, 3), rows.Int64(i, 4), rows.Int32(i, 5),  Time{}};
    outcomes[at] = SameContent(stored, orders[at]) ? Placed::kUnchanged : Placed::kDiffers;
  }
  return outcomes;
}

}  // namespace vefa::interaction
