#pragma once

#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "services/interaction/order/order.h"
#include "vefa/interaction/v1/interaction.pb.h"

// Between the messages of the contract and orders.
namespace vefa::interaction {

// What cannot even be read is added to `violations`, its field under `prefix`.
Order OrderFromProto(const v1::Order& proto, std::string_view prefix, std::vector<Violation>& violations);
google::type::Money MoneyToProto(const Order& order);

}  // namespace vefa::interaction
