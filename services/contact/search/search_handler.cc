#include "services/contact/search/search_handler.h"

#include "services/contact/search/search_index.h"

namespace vefa::contact {

Status SearchHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  std::vector<ContactKey> contacts;
  for (const events::Event& event : events) {
    // What people consent to changes no word of theirs; other kinds of subjects have none here.
    bool record = event.type.starts_with("contact.") || event.type.starts_with("contact_point.");
    if (!record || !event.subject.starts_with("contacts/")) continue;
    VEFA_TRY(Uuid id, ParseResourceName("contacts", event.subject));
    contacts.emplace_back(event.tenant, id);
  }
  VEFA_TRY_OK(IndexContacts(transaction, std::move(contacts), IndexedBy::kItsEvent));
  return Ok();
}

}  // namespace vefa::contact
