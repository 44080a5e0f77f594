#include "services/contact/duplicate/duplicate_handler.h"

#include <map>
#include <set>

#include "services/contact/duplicate/duplicate_store.h"

namespace vefa::contact {

Status DuplicateHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  std::map<Uuid, std::set<Uuid>> changed;
  for (const events::Event& event : events) {
    // What people consent to makes them no likelier; other kinds of subjects are compared with nobody.
    bool record = event.type.starts_with("contact.") || event.type.starts_with("contact_point.");
    if (!record || !event.subject.starts_with("contacts/")) continue;
    VEFA_TRY(Uuid id, ParseResourceName("contacts", event.subject));
    changed[event.tenant].insert(id);
  }
  // In the order of the tenants, so that two batches cannot wait for each other.
  for (const auto& [tenant, contacts] : changed)
    VEFA_TRY_OK(SearchDuplicates(transaction, tenant, {contacts.begin(), contacts.end()}, clock_));
  return Ok();
}

}  // namespace vefa::contact
