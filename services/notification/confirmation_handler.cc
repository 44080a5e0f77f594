#include "services/notification/confirmation_handler.h"

#include <map>

#include "services/notification/confirmation_words.h"
#include "services/notification/content.h"
#include "services/notification/notification_store.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::notification {
namespace {

// What one submission has in common.
using Questions = std::map<std::pair<Uuid, std::string>, std::vector<NewMessage>>;

Status ReadQuestion(const events::Event& event, const Clock& clock, Questions& questions) {
  if (event.type != "consent.changed") return Ok();
  contact::v1::ContactEvent proto;
  if (!proto.ParseFromString(event.payload) || !proto.has_consent_changed()) return events::PayloadMalformed();
  const contact::v1::ConsentChanged& changed = proto.consent_changed();
  if (!changed.confirmation_wanted() || changed.terms().channel() != contact::v1::CHANNEL_EMAIL) return Ok();
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  NewMessage message;
  message.info = {NewUuidV7(clock), contact, "purposes/" + changed.terms().purpose(), changed.terms().purpose(),
                  static_cast<short>(changed.terms().channel())};
  message.send_key = "confirmation/" + event.id.ToString();
  questions[{event.tenant, message.info.purpose}].push_back(std::move(message));
  return Ok();
}

}  // namespace

Status ConfirmationHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  static const std::string kStored = StoredContent(ConfirmationWords());
  static const Uuid kContent = ContentId(kStored);
  any_ = false;
  Questions questions;
  for (const events::Event& event : events) VEFA_TRY_OK(ReadQuestion(event, clock_, questions));
  for (auto& [of, messages] : questions) {
    VEFA_TRY_OK(GiveTenantOrdinal(transaction, of.first));
    VEFA_TRY_OK(RecordDecisions(transaction, {of.first, kContent, kStored, std::move(messages)}, clock_));
    any_ = true;
  }
  return Ok();
}

void ConfirmationHandler::Applied() {
  if (any_) recorded_();
}

}  // namespace vefa::notification
