#include "services/campaign/projection/projection.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libs/rpc/time.h"
#include "services/campaign/projection/projection_store.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"

namespace vefa::campaign {
namespace {

using contact::v1::ContactEvent;
using interaction::v1::InteractionEvent;

Status ReadState(const events::Event& event, const contact::v1::ContactState& state, PeopleChanges& changes) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  ContactChange& change = changes.contacts[{event.tenant, contact}];
  change.known = true;
  change.merged = !state.merged_into().empty();
  change.language = state.language();
  change.source = state.source();
  return Ok();
}

Status ReadErased(const events::Event& event, PeopleChanges& changes) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  changes.contacts[{event.tenant, contact}].erased = true;
  return Ok();
}

// Objections are to purposes: whoever has the words of a message decides about them at the gate.
Status ReadLimits(const events::Event& event, const contact::v1::ProcessingLimitsState& state, PeopleChanges& changes) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  changes.contacts[{event.tenant, contact}].restricted = state.has_restrict_time();
  return Ok();
}

Status ReadConsent(const events::Event& event, const contact::v1::ConsentTerms& terms, int16_t state,
                   PeopleChanges& changes) {
  // Of an address that no message goes to.
  if (terms.unused_point()) return Ok();
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  ConsentKey key{event.tenant, contact, terms.purpose(), static_cast<int16_t>(terms.channel())};
  auto [known, fresh] = changes.consents.try_emplace(key, ConsentChange{state, event.occur_time});
  if (!fresh && known->second.occur_time <= event.occur_time) known->second = {state, event.occur_time, known->second.moved};
  return Ok();
}

// The channel uses another address: what was said of that one holds, even if it is older.
Status ReadMoved(const events::Event& event, const contact::v1::ConsentChanged& changed, PeopleChanges& changes) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  const Time said = changed.has_said_time() ? rpc::FromProto(changed.said_time()) : Time{};
  changes.consents[{event.tenant, contact, changed.terms().purpose(), static_cast<int16_t>(changed.terms().channel())}] =
      {static_cast<int16_t>(changed.state()), said, true};
  return Ok();
}

Status ReadContactEvent(const events::Event& event, PeopleChanges& changes) {
  ContactEvent proto;
  if (!proto.ParseFromString(event.payload)) return events::PayloadMalformed();
  switch (proto.kind_case()) {
    case ContactEvent::kCreated: return ReadState(event, proto.created().state(), changes);
    case ContactEvent::kUpdated: return ReadState(event, proto.updated().state(), changes);
    case ContactEvent::kMerged: return ReadState(event, proto.merged().state(), changes);
    case ContactEvent::kUnmerged: return ReadState(event, proto.unmerged().state(), changes);
    case ContactEvent::kConsentGranted: return ReadConsent(event, proto.consent_granted().terms(), 1, changes);
    case ContactEvent::kConsentWithdrawn: return ReadConsent(event, proto.consent_withdrawn().terms(), 2, changes);
    case ContactEvent::kConsentChanged:
      if (proto.consent_changed().address_changed()) return ReadMoved(event, proto.consent_changed(), changes);
      return ReadConsent(event, proto.consent_changed().terms(), static_cast<int16_t>(proto.consent_changed().state()), changes);
    case ContactEvent::kProcessingLimitsChanged: return ReadLimits(event, proto.processing_limits_changed().state(), changes);
    case ContactEvent::kErased: return ReadErased(event, changes);
    default: break;  // Not of a type that is read here.
  }
  return events::PayloadMalformed();
}

Score ReadScore(const interaction::v1::ScoreChanged& score) {
  Score values{static_cast<double>(score.frequency()),
               score.recency_weeks(),
               score.age_weeks(),
               score.mean_value(),
               score.p_alive(),
               score.p_buy_90d(),
               score.expected_purchases(),
               score.expected_value(),
               score.residual_lifetime_value()};
  // What is not a number compares with nothing: it is missing.
  for (double& value : values)
    if (!std::isfinite(value)) value = std::numeric_limits<double>::quiet_NaN();
  return values;
}

Status ReadInteractionEvent(const events::Event& event, PeopleChanges& changes) {
  InteractionEvent proto;
  if (!proto.ParseFromString(event.payload)) return events::PayloadMalformed();
  if (proto.has_order_placed()) {
    VEFA_TRY(Uuid contact, ParseResourceName("contacts", proto.order_placed().contact()));
    ++changes.contacts[{event.tenant, contact}].orders;
    return Ok();
  }
  if (!proto.has_score_changed()) return events::PayloadMalformed();
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", proto.score_changed().contact()));
  ContactChange& change = changes.contacts[{event.tenant, contact}];
  change.scored = true;
  change.score = ReadScore(proto.score_changed());
  return Ok();
}

bool IsOneOf(const std::string& type, std::initializer_list<const char*> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

// Topics may come in any order between each other: the end is the same.
Status Read(const events::Event& event, PeopleChanges& changes) {
  if (IsOneOf(event.type,
              {"contact.created", "contact.updated", "contact.merged", "contact.unmerged", "consent.granted", "consent.withdrawn",
               "consent.changed", "processing_limits.changed", "contact.erased"}))
    return ReadContactEvent(event, changes);
  if (IsOneOf(event.type, {"order.placed", "score.changed"})) return ReadInteractionEvent(event, changes);
  return Ok();
}

}  // namespace

Projection::Projection() : BatchHandler(&Read, &WriteChanges) {}

events::ProjectionInfo Projection::Info() {
  events::ProjectionInfo info;
  info.consumer = "campaign.projection.v1";
  info.topics = {"vefa.contact.v1", "vefa.interaction.v1"};
  info.tables = {"contact_state", "contact_consent"};
  // A row of contact_state is made by events of a contact, of its score and of its orders.
  info.row_subjects = {{"contact_consent", "'contacts/' || contact_id"}};
  return info;
}

}  // namespace vefa::campaign
