#include "services/campaign/campaign/recipient.h"

#include <tuple>

namespace vefa::campaign {

bool Follows(RecipientState now, RecipientState next) {
  if (now == RecipientState::kWaiting) return next != RecipientState::kWaiting;
  return now == RecipientState::kAccepted && next > RecipientState::kAccepted;
}

std::vector<Outcome> Furthest(const std::vector<Outcome>& outcomes) {
  std::map<std::tuple<Uuid, std::string, Uuid>, const Outcome*> furthest;
  for (const Outcome& outcome : outcomes) {
    const Outcome*& known = furthest[{outcome.tenant, outcome.campaign, outcome.contact}];
    if (known == nullptr || Follows(known->state, outcome.state)) known = &outcome;
  }
  std::vector<Outcome> result;
  for (const auto& [key, outcome] : furthest) result.push_back(*outcome);
  return result;
}

void Progress::Add(const Tally& tally) {
  audience += tally.count;
  if (tally.state == RecipientState::kWaiting) return;
  requested += tally.count;
  if (tally.state == RecipientState::kRefused) {
    if (tally.count != 0) refused[tally.reason] += tally.count;
    return;
  }
  accepted += tally.count;
  if (tally.state == RecipientState::kDelivered) delivered += tally.count;
  if (tally.state == RecipientState::kBounced) bounced += tally.count;
  if (tally.state == RecipientState::kFailed) failed += tally.count;
  if (tally.state == RecipientState::kUnknown) unknown += tally.count;
}

}  // namespace vefa::campaign
