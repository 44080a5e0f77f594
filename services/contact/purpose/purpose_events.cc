#include "services/contact/purpose/purpose_events.h"

#include "services/contact/titles.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

void FillPurpose(v1::PurposeState& state, const Purpose& purpose) {
  state.set_code(purpose.code);
  state.set_title(purpose.title);
  PutTitles(purpose.title_tr, purpose.title_en, *state.mutable_titles());
  state.set_lawful_basis(static_cast<v1::LawfulBasis>(purpose.lawful_basis));
  state.set_is_commercial(purpose.is_commercial);
  state.set_retention_days(purpose.retention_days);
  state.set_consent_days(purpose.consent_days);
  state.set_customers_only(purpose.customers_only);
}

}  // namespace

std::string PurposeCreatedPayload(const Purpose& purpose) {
  v1::ContactEvent event;
  FillPurpose(*event.mutable_purpose_created()->mutable_state(), purpose);
  return event.SerializeAsString();
}

std::string PurposeUpdatedPayload(const Purpose& purpose) {
  v1::ContactEvent event;
  FillPurpose(*event.mutable_purpose_updated()->mutable_state(), purpose);
  return event.SerializeAsString();
}

std::string PurposePublishedPayload(const Purpose& purpose, const PurposeText& text) {
  v1::ContactEvent event;
  v1::PurposeTextPublished& published = *event.mutable_purpose_text_published();
  published.set_code(purpose.code);
  published.set_text_version(text.text_version);
  published.set_language(text.language);
  published.set_text_hash(text.text_hash);
  return event.SerializeAsString();
}

}  // namespace vefa::contact
