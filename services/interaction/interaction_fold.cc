#include "services/interaction/interaction_fold.h"

#include "libs/events/fold.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

namespace vefa::interaction {
namespace {

void FoldModel(const v1::ModelFitted& fitted, v1::ScoringRunSnapshot& run) {
  for (v1::ModelFitted& known : *run.mutable_models()) {
    if (known.model() != fitted.model()) continue;
    known = fitted;
    return;
  }
  *run.add_models() = fitted;
}

}  // namespace

Status FoldInteraction(const events::Event& event, google::protobuf::Message& state, bool&) {
  v1::InteractionEvent change;
  VEFA_TRY_OK(events::ParsePayload(event, change));
  auto& snapshot = static_cast<v1::InteractionSnapshot&>(state);
  switch (change.kind_case()) {
    case v1::InteractionEvent::kOrderPlaced:
      *snapshot.mutable_order() = change.order_placed();
      break;
    case v1::InteractionEvent::kScoreChanged:
      *snapshot.mutable_score() = change.score_changed();
      break;
    case v1::InteractionEvent::kModelFitted:
      FoldModel(change.model_fitted(), *snapshot.mutable_scoring_run());
      break;
    case v1::InteractionEvent::KIND_NOT_SET:
      break;
  }
  return Ok();
}

}  // namespace vefa::interaction
