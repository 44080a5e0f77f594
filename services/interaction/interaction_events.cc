#include "services/interaction/interaction_events.h"

#include "libs/events/catalog.h"
#include "services/interaction/order/order_proto.h"
#include "services/interaction/score/score_proto.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

namespace vefa::interaction {

events::Source InteractionSource() { return events::MakeSource(v1::InteractionEvent::descriptor()); }

std::string PlacedPayload(const Order& order) {
  v1::InteractionEvent event;
  v1::OrderPlaced& placed = *event.mutable_order_placed();
  placed.set_contact(ResourceName("contacts", order.contact));
  placed.set_external_id(order.external_id);
  *placed.mutable_total() = MoneyToProto(order);
  placed.set_item_count(order.item_count);
  return event.SerializeAsString();
}

std::string ScoreChangedPayload(const Score& score) {
  v1::InteractionEvent event;
  v1::ScoreChanged& changed = *event.mutable_score_changed();
  changed.set_contact(ResourceName("contacts", score.contact));
  changed.set_model(score.model);
  changed.set_scoring_run("scoringRuns/" + score.scoring_run);
  *changed.mutable_as_of_date() = DateToProto(score.as_of_day);
  changed.set_frequency(score.frequency);
  changed.set_recency_weeks(score.recency_weeks);
  changed.set_age_weeks(score.age_weeks);
  changed.set_mean_value(score.mean_value);
  changed.set_p_alive(score.p_alive);
  changed.set_p_buy_90d(score.p_buy_90d);
  changed.set_expected_purchases(score.expected_purchases);
  changed.set_expected_value(score.expected_value);
  changed.set_residual_lifetime_value(score.residual_lifetime_value);
  return event.SerializeAsString();
}

std::string PurchaseModelPayload(const PurchaseModel& fitted, int32_t as_of_day) {
  v1::InteractionEvent event;
  v1::ModelFitted& model = *event.mutable_model_fitted();
  model.set_model(kPurchaseModelName);
  *model.mutable_as_of_date() = DateToProto(as_of_day);
  (*model.mutable_parameters())["r"] = fitted.parameters.r;
  (*model.mutable_parameters())["alpha"] = fitted.parameters.alpha;
  (*model.mutable_parameters())["a"] = fitted.parameters.a;
  (*model.mutable_parameters())["b"] = fitted.parameters.b;
  model.set_log_likelihood(fitted.log_likelihood);
  model.set_customers(fitted.customers);
  return event.SerializeAsString();
}

std::string ValueModelPayload(const ValueModel& fitted, int32_t as_of_day) {
  v1::InteractionEvent event;
  v1::ModelFitted& model = *event.mutable_model_fitted();
  model.set_model(kValueModelName);
  *model.mutable_as_of_date() = DateToProto(as_of_day);
  (*model.mutable_parameters())["p"] = fitted.parameters.p;
  (*model.mutable_parameters())["q"] = fitted.parameters.q;
  (*model.mutable_parameters())["v"] = fitted.parameters.v;
  model.set_log_likelihood(fitted.log_likelihood);
  model.set_customers(fitted.customers);
  return event.SerializeAsString();
}

}  // namespace vefa::interaction
