#pragma once

#include <string>

#include "libs/events/event.h"
#include "services/interaction/order/order.h"
#include "services/interaction/score/score.h"

// Between the interaction domain and the events it publishes.
namespace vefa::interaction {

// Who publishes, and as what.
events::Source InteractionSource();

// Type `order.placed`.
std::string PlacedPayload(const Order& order);
// Type `score.changed`.
std::string ScoreChangedPayload(const Score& score);
// Type `model.fitted`, for each of a run's two models.
std::string PurchaseModelPayload(const PurchaseModel& fitted, int32_t as_of_day);
std::string ValueModelPayload(const ValueModel& fitted, int32_t as_of_day);

}  // namespace vefa::interaction
