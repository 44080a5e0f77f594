#include "services/contact/contact_fold.h"

#include <algorithm>

#include "libs/events/fold.h"
#include "libs/rpc/time.h"
#include "services/contact/party/party_fold.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

void FoldInterests(const v1::InterestsChanged& changed, v1::RatingState& rating) {
  for (const v1::InterestState& learned : changed.interests()) {
    auto& known = *rating.mutable_interests();
    auto same = std::find_if(known.begin(), known.end(), [&](const v1::InterestState& one) {
      return one.topic() == learned.topic() && one.kind() == learned.kind();
    });
    (same == known.end() ? *known.Add() : *same) = learned;
  }
}

// What is kept beside the record: the latest of each.
void FoldRating(const v1::ContactEvent& change, v1::RatingState& rating) {
  if (change.has_interests_changed()) return FoldInterests(change.interests_changed(), rating);
  if (change.has_persona_changed()) {
    *rating.mutable_personas() = change.persona_changed().personas();
    return;
  }
  const v1::LeadScoreCrossed& crossed = change.lead_score_crossed();
  auto& known = *rating.mutable_lead_scores();
  auto same = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.definition() == crossed.definition(); });
  (same == known.end() ? *known.Add() : *same) = crossed;
}

v1::ConsentSnapshot& ConsentFor(const v1::ConsentTerms& terms, v1::ContactSnapshot& snapshot) {
  for (v1::ConsentSnapshot& known : *snapshot.mutable_consents()) {
    const v1::ConsentTerms& of = known.terms();
    if (of.purpose() == terms.purpose() && of.channel() == terms.channel() && of.point() == terms.point()) return known;
  }
  return *snapshot.add_consents();
}

// Facts may be recorded later than others that happened after them: the later one in the world rules.
void FoldConsent(const events::Event& event, const v1::ConsentTerms& terms, v1::Consent::State said,
                 v1::ContactSnapshot& snapshot) {
  v1::ConsentSnapshot& consent = ConsentFor(terms, snapshot);
  if (consent.has_occur_time() && event.occur_time < rpc::FromProto(consent.occur_time())) return;
  *consent.mutable_terms() = terms;
  consent.set_state(said);
  *consent.mutable_occur_time() = rpc::ToProto(event.occur_time);
}

void FoldSaid(const events::Event& event, const v1::ContactEvent& change, v1::ContactSnapshot& snapshot) {
  if (change.has_consent_granted()) return FoldConsent(event, change.consent_granted().terms(), v1::Consent::STATE_GRANTED, snapshot);
  if (change.has_consent_withdrawn()) return FoldConsent(event, change.consent_withdrawn().terms(), v1::Consent::STATE_WITHDRAWN, snapshot);
  const v1::ConsentChanged& changed = change.consent_changed();
  // Another address is no word of the person's: what was said stays what it was.
  if (v1::Consent::State_IsValid(changed.state()) && !changed.address_changed()) FoldConsent(event, changed.terms(), changed.state(), snapshot);
}

}  // namespace

Status FoldContact(const events::Event& event, google::protobuf::Message& state, bool& erased) {
  if (erased) return Ok();
  v1::ContactEvent change;
  VEFA_TRY_OK(events::ParsePayload(event, change));
  auto& snapshot = static_cast<v1::ContactSnapshot&>(state);
  switch (change.kind_case()) {
    case v1::ContactEvent::kCreated:
      *snapshot.mutable_state() = change.created().state();
      break;
    case v1::ContactEvent::kUpdated:
      *snapshot.mutable_state() = change.updated().state();
      break;
    case v1::ContactEvent::kPointAdded:
      *snapshot.mutable_state() = change.point_added().state();
      break;
    case v1::ContactEvent::kPointChanged:
      *snapshot.mutable_state() = change.point_changed().state();
      break;
    case v1::ContactEvent::kPointRemoved:
      *snapshot.mutable_state() = change.point_removed().state();
      break;
    case v1::ContactEvent::kLifecycleChanged:
      *snapshot.mutable_state() = change.lifecycle_changed().state();
      break;
    case v1::ContactEvent::kMerged:
      *snapshot.mutable_state() = change.merged().state();
      break;
    case v1::ContactEvent::kUnmerged:
      *snapshot.mutable_state() = change.unmerged().state();
      break;
    case v1::ContactEvent::kConsentGranted:
    case v1::ContactEvent::kConsentWithdrawn:
    case v1::ContactEvent::kConsentChanged:
      FoldSaid(event, change, snapshot);
      break;
    case v1::ContactEvent::kPreferencesChanged:
      *snapshot.mutable_preferences() = change.preferences_changed().state();
      break;
    case v1::ContactEvent::kProcessingLimitsChanged:
      *snapshot.mutable_processing_limits() = change.processing_limits_changed().state();
      break;
    case v1::ContactEvent::kInterestsChanged:
    case v1::ContactEvent::kLeadScoreCrossed:
    case v1::ContactEvent::kPersonaChanged:
      FoldRating(change, *snapshot.mutable_rating());
      break;
    case v1::ContactEvent::kPurposeCreated:
      *snapshot.mutable_purpose()->mutable_state() = change.purpose_created().state();
      break;
    case v1::ContactEvent::kPurposeUpdated:
      *snapshot.mutable_purpose()->mutable_state() = change.purpose_updated().state();
      break;
    case v1::ContactEvent::kPurposeTextPublished:
      snapshot.mutable_purpose()->set_text_version(change.purpose_text_published().text_version());
      break;
    case v1::ContactEvent::kErased:
      snapshot.Clear();
      erased = true;
      break;
    default:
      FoldParty(change, snapshot, erased);
      break;
  }
  return Ok();
}

}  // namespace vefa::contact
