#include "services/interaction/order/order_import.h"

#include <unordered_set>

#include "services/interaction/order/order_proto.h"
#include "services/interaction/order/order_store.h"

namespace vefa::interaction {
namespace {

constexpr int kChunkMax = 500;

// The good rows of a chunk with their line numbers.
struct Chunk {
  std::vector<Order> orders;
  std::vector<int64_t> lines;
};

void Reject(v1::ImportOrdersResponse& response, int64_t line, const Violation& violation) {
  auto* reject = response.add_rejects();
  reject->set_line(line);
  reject->set_field(violation.field);
  reject->set_reason(violation.reason);
  reject->set_message(violation.description);
}

Chunk Read(const v1::ImportOrdersRequest& request, Time now, v1::ImportOrdersResponse& response) {
  Chunk chunk;
  std::unordered_set<std::string> seen;
  for (const v1::ImportOrderRow& row : request.rows()) {
    std::vector<Violation> violations;
    if (!row.has_order()) {
      violations.push_back({"order", "REQUIRED", "Give an order."});
    } else {
      Order order = OrderFromProto(row.order(), "order.", violations);
      Normalise(order, "order.", now, violations);
      if (violations.empty() && !seen.insert(order.external_id).second)
        violations.push_back({"order.external_id", "EXTERNAL_ID_REPEATED", "Name each order once in a chunk."});
      if (violations.empty()) {
        chunk.orders.push_back(std::move(order));
        chunk.lines.push_back(row.line());
      }
    }
    for (const Violation& violation : violations) Reject(response, row.line(), violation);
  }
  return chunk;
}

}  // namespace

Result<v1::ImportOrdersResponse> OrderImport::Import(const rpc::CallContext& call,
                                                     const v1::ImportOrdersRequest& request) {
  if (request.rows_size() == 0 || request.rows_size() > kChunkMax)
    return Violations({{"rows", "CHUNK_SIZE", "Send 1 to 500 rows in a chunk."}});
  v1::ImportOrdersResponse response;
  Chunk chunk = Read(request, clock_.Now(), response);
  if (chunk.orders.empty()) return response;
  VEFA_TRY(std::vector<Placed> outcomes,
           postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                   [&](postgres::Transaction& transaction) {
                                     return PlaceOrders(transaction, call.tenant, chunk.orders, clock_);
                                   }));
  for (size_t i = 0; i < outcomes.size(); ++i) {
    switch (outcomes[i]) {
      case Placed::kCreated:
        response.set_created(response.created() + 1);
        break;
      case Placed::kUnchanged:
        response.set_unchanged(response.unchanged() + 1);
        break;
      case Placed::kDiffers:
        Reject(response, chunk.lines[i],
               {"order", "ORDER_DIFFERS",
                "An order with this external_id is known with another content, and orders are not changed; "
                "give a corrected one an id of its own."});
        break;
    }
  }
  return response;
}

}  // namespace vefa::interaction
