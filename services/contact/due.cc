#include "services/contact/due.h"

#include <set>
#include <utility>

namespace vefa::contact {

Status PutDue(postgres::Transaction& transaction, const postgres::Statement& put, std::span<const events::Event> events,
              const std::function<Result<bool>(const events::Event&)>& concerns) {
  std::set<std::pair<Uuid, Uuid>> changed;
  for (const events::Event& event : events) {
    if (!event.subject.starts_with("contacts/")) continue;
    VEFA_TRY(bool concerned, concerns(event));
    if (!concerned) continue;
    VEFA_TRY(Uuid id, ParseResourceName("contacts", event.subject));
    changed.emplace(event.tenant, id);
  }
  if (changed.empty()) return Ok();
  std::vector<Uuid> tenants, contacts;
  for (const auto& [tenant, contact] : changed) {
    tenants.push_back(tenant);
    contacts.push_back(contact);
  }
  VEFA_TRY_OK(transaction.Execute(put, postgres::Bound(tenants, contacts)));
  return Ok();
}

Result<std::vector<Uuid>> TakeDue(postgres::Transaction& transaction, const postgres::Statement& take, const Uuid& tenant, int32_t limit) {
  VEFA_TRY(postgres::Rows rows, transaction.Execute(take, postgres::Bound(tenant, limit)));
  std::vector<Uuid> contacts;
  for (int i = 0; i < rows.size(); ++i) contacts.push_back(rows.Id(i, 0));
  return contacts;
}

}  // namespace vefa::contact
