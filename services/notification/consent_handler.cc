#include "services/notification/consent_handler.h"

#include <map>

#include "services/notification/confirmation_words.h"
#include "services/notification/content.h"
#include "services/notification/notification_store.h"
#include "services/notification/suppression_store.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::notification {
namespace {

// What a batch of events comes to.
struct Said {
  // Messages that ask, by what one submission has in common.
  std::map<std::pair<Uuid, std::string>, std::vector<NewMessage>> questions;
  std::map<Uuid, std::vector<WantedAgain>> wanted_again;  // By tenant.
};

void Ask(const events::Event& event, const Uuid& contact, const contact::v1::ConsentTerms& terms, const Clock& clock, Said& said) {
  NewMessage message;
  message.info = {NewUuidV7(clock), contact, "purposes/" + terms.purpose(), terms.purpose(), static_cast<short>(terms.channel())};
  message.essential = true;
  message.send_key = "confirmation/" + event.id.ToString();
  said.questions[{event.tenant, terms.purpose()}].push_back(std::move(message));
}

Status ReadConsent(const events::Event& event, const Clock& clock, Said& said) {
  if (event.type != "consent.changed" && event.type != "consent.granted") return Ok();
  contact::v1::ContactEvent proto;
  if (!proto.ParseFromString(event.payload) || !(proto.has_consent_changed() || proto.has_consent_granted()))
    return events::PayloadMalformed();
  const bool asked = proto.has_consent_changed();
  if (asked && !proto.consent_changed().confirmation_wanted()) return Ok();
  const contact::v1::ConsentTerms& terms = asked ? proto.consent_changed().terms() : proto.consent_granted().terms();
  // Of an address that no message goes to.
  if (terms.unused_point()) return Ok();
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", event.subject));
  said.wanted_again[event.tenant].push_back({contact, static_cast<short>(terms.channel()), terms.purpose(), event.occur_time});
  if (asked && terms.channel() == contact::v1::CHANNEL_EMAIL) Ask(event, contact, terms, clock, said);
  return Ok();
}

}  // namespace

Status ConsentHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  static const std::string kStored = StoredContent(ConfirmationWords());
  static const Uuid kContent = ContentId(kStored);
  any_ = false;
  Said said;
  for (const events::Event& event : events) VEFA_TRY_OK(ReadConsent(event, clock_, said));
  for (const auto& [tenant, wanted] : said.wanted_again) {
    VEFA_TRY(int lifted, LiftSuppressions(transaction, tenant, wanted, clock_));
    any_ = any_ || lifted > 0;
  }
  for (auto& [of, messages] : said.questions) {
    VEFA_TRY_OK(GiveTenantOrdinal(transaction, of.first));
    VEFA_TRY_OK(RecordDecisions(transaction, {of.first, kContent, kStored, std::move(messages)}, clock_));
    any_ = true;
  }
  return Ok();
}

void ConsentHandler::Applied() {
  if (any_) recorded_();
}

}  // namespace vefa::notification
