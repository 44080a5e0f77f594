#pragma once

#include <unordered_set>
#include <vector>

#include "libs/postgres/database.h"
#include "libs/rpc/sight.h"
#include "services/contact/contact.h"

// Whose contacts one sees (ADR 0044): those one answers for, or that one's teams answer for. Whatever hangs from a contact is seen with
// it. A contact that nobody answers for is seen by those who see everybody's.
namespace vefa::contact {

// Asked by every door of the service before a handler runs. Thread-safe.
class ContactSight final : public rpc::SightOf {
 public:
  // `database` outlives it.
  explicit ContactSight(postgres::Database& database) : database_(database) {}

  // Contacts, and of notes, affiliations, boundaries and relationships the contacts they are about. Organisations and users are seen by
  // everybody and are not enough; a request that names anything else is too wide.
  Status Check(const rpc::Principal& principal, const google::protobuf::Message& request, Deadline deadline) const override;

 private:
  postgres::Database& database_;
};

// Which of these contacts the caller sees.
Result<std::unordered_set<Uuid>> SeenAmong(postgres::Database& database, const rpc::Principal& principal, const std::vector<Uuid>& contacts,
                                           Deadline deadline);
// Leaves of a page what is about contacts that the caller sees: it may be shorter than was asked for, or empty before the end.
template <typename Item, typename ContactOf>
Status KeepSeen(postgres::Database& database, const rpc::Principal& principal, std::vector<Item>& page, ContactOf contact_of, Deadline deadline) {
  if (principal.SeesAll() || page.empty()) return Ok();
  std::vector<Uuid> contacts;
  for (const Item& item : page) contacts.push_back(contact_of(item));
  VEFA_TRY(auto seen, SeenAmong(database, principal, contacts, deadline));
  std::erase_if(page, [&](const Item& item) { return !seen.contains(contact_of(item)); });
  return Ok();
}

// Whether a caller sees this one.
bool Sees(const rpc::Principal& principal, const Contact& contact);

// Who answers for a contact that the caller writes, where he may say so: a new one without an owner becomes that of a caller who does not
// see everybody's, and he gives none to anybody whose contacts he does not see: violation `OWNER_NOT_SEEN`.
void SetOwner(const rpc::Principal& principal, Contact& contact, std::vector<Violation>& violations);

}  // namespace vefa::contact
