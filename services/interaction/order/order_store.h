#pragma once

#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/interaction/order/order.h"

// The SQL of orders. The write is set-based and appends its events in the same statement, selected
// from the rows it made.
namespace vefa::interaction {

// What became of an order of an import.
enum class Placed {
  kCreated,
  kUnchanged,  // Already known by its external id.
  kDiffers,    // Already known with another content; nothing was changed.
};

// Records orders with their events. Element i is the outcome of input i. External ids must be distinct.
Result<std::vector<Placed>> PlaceOrders(postgres::Transaction& transaction, const Uuid& tenant,
                                        const std::vector<Order>& orders, const Clock& clock);

}  // namespace vefa::interaction
