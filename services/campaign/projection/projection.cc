#include "services/campaign/projection/projection.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "services/campaign/campaign/recipient_store.h"
#include "services/campaign/projection/projection_store.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::campaign {
namespace {

using contact::v1::ContactEvent;
using interaction::v1::InteractionEvent;
using notification::v1::NotificationEvent;

// Everything a batch changes.
struct Changes {
  ContactChanges contacts;
  ConsentChanges consents;
  std::vector<Outcome> outcomes;
};

Error Malformed() { return {Code::kDataLoss, "EVENT_MALFORMED", "The payload is not what its type says."}; }

Status ReadState(const events::Event& event, const contact::v1::ContactState& state, Changes& changes) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  ContactChange& change = changes.contacts[{event.tenant, contact}];
  change.known = true;
  change.language = state.language();
  change.source = state.source();
  return Ok();
}

Status ReadConsent(const events::Event& event, const contact::v1::ConsentTerms& terms, int16_t state,
                   Changes& changes) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  ConsentKey key{event.tenant, contact, terms.purpose(), static_cast<int16_t>(terms.channel())};
  auto [known, fresh] = changes.consents.try_emplace(key, ConsentChange{state, event.occur_time});
  if (!fresh && known->second.occur_time <= event.occur_time) known->second = {state, event.occur_time};
  return Ok();
}

Status ReadContactEvent(const events::Event& event, Changes& changes) {
  ContactEvent proto;
  if (!proto.ParseFromString(event.payload)) return Malformed();
  switch (proto.kind_case()) {
    case ContactEvent::kCreated:
      return ReadState(event, proto.created().state(), changes);
    case ContactEvent::kUpdated:
      return ReadState(event, proto.updated().state(), changes);
    case ContactEvent::kConsentGranted:
      return ReadConsent(event, proto.consent_granted().terms(), 1, changes);
    case ContactEvent::kConsentWithdrawn:
      return ReadConsent(event, proto.consent_withdrawn().terms(), 2, changes);
    case ContactEvent::KIND_NOT_SET:
      break;
  }
  return Malformed();
}

Score ReadScore(const interaction::v1::ScoreChanged& score) {
  Score values{static_cast<double>(score.frequency()), score.recency_weeks(), score.age_weeks(), score.mean_value(),
               score.p_alive(),  score.p_buy_90d(), score.expected_purchases(), score.expected_value(),
               score.residual_lifetime_value()};
  // What is not a number compares with nothing: it is missing.
  for (double& value : values)
    if (!std::isfinite(value)) value = std::numeric_limits<double>::quiet_NaN();
  return values;
}

Status ReadInteractionEvent(const events::Event& event, Changes& changes) {
  InteractionEvent proto;
  if (!proto.ParseFromString(event.payload)) return Malformed();
  if (proto.has_order_placed()) {
    VEFA_TRY(Uuid contact, ParseResourceName("contacts", proto.order_placed().contact()));
    ++changes.contacts[{event.tenant, contact}].orders;
    return Ok();
  }
  if (!proto.has_score_changed()) return Malformed();
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", proto.score_changed().contact()));
  ContactChange& change = changes.contacts[{event.tenant, contact}];
  change.scored = true;
  change.score = ReadScore(proto.score_changed());
  return Ok();
}

Status ReadOutcome(const events::Event& event, const notification::v1::MessageInfo& info, RecipientState state,
                   const std::string& reason, Changes& changes) {
  auto campaign = ParseSlugName("campaigns", info.originator());
  if (!campaign.ok()) return Ok();  // Somebody else's message.
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", info.contact()));
  VEFA_TRY(Uuid message, ParseResourceName("messages", info.message()));
  changes.outcomes.push_back({event.tenant, *campaign, contact, message, state, reason});
  return Ok();
}

Status ReadNotificationEvent(const events::Event& event, Changes& changes) {
  NotificationEvent proto;
  if (!proto.ParseFromString(event.payload)) return Malformed();
  switch (proto.kind_case()) {
    case NotificationEvent::kAccepted:
      return ReadOutcome(event, proto.accepted().message(), RecipientState::kAccepted, "", changes);
    case NotificationEvent::kRefused:
      return ReadOutcome(event, proto.refused().message(), RecipientState::kRefused, proto.refused().reason(), changes);
    case NotificationEvent::kDelivered:
      return ReadOutcome(event, proto.delivered().message(), RecipientState::kDelivered, "", changes);
    case NotificationEvent::kBounced:
      return ReadOutcome(event, proto.bounced().message(), RecipientState::kBounced, "", changes);
    case NotificationEvent::kFailed:
      return ReadOutcome(event, proto.failed().message(), RecipientState::kFailed, "", changes);
    case NotificationEvent::kUnknown:
      return ReadOutcome(event, proto.unknown().message(), RecipientState::kUnknown, "", changes);
    default:
      return Malformed();
  }
}

bool IsOneOf(const std::string& type, std::initializer_list<const char*> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

Status Read(const events::Event& event, Changes& changes) {
  if (IsOneOf(event.type, {"contact.created", "contact.updated", "consent.granted", "consent.withdrawn"}))
    return ReadContactEvent(event, changes);
  if (IsOneOf(event.type, {"order.placed", "score.changed"})) return ReadInteractionEvent(event, changes);
  if (IsOneOf(event.type, {"message.accepted", "message.refused", "message.delivered", "message.bounced",
                           "message.failed", "message.unknown"}))
    return ReadNotificationEvent(event, changes);
  return Ok();
}

}  // namespace

Status Projection::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  Changes changes;
  for (const events::Event& event : events) VEFA_TRY_OK(Read(event, changes));
  VEFA_TRY_OK(WriteChanges(transaction, changes.contacts, changes.consents));
  VEFA_TRY_OK(MoveRecipients(transaction, changes.outcomes));
  return Ok();
}

}  // namespace vefa::campaign
