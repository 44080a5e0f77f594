// The imports of contact_store.h: contacts that are brought to a state.
#include <unordered_map>

#include "services/contact/contact_store.h"
#include "services/contact/merge/merge_store.h"

namespace vefa::contact {
namespace {

using postgres::Rows;

// What an import says of somebody who is there already: what it leaves unsaid stays.
void BringSaid(const Contact& said, Contact& own) {
  own.display_name = said.display_name;
  own.email = said.email;
  own.language = said.language;
  own.source = said.source;
  auto bring = [](auto& to, const auto& from) {
    if (!from.empty()) to = from;
  };
  bring(own.given_name, said.given_name);
  bring(own.family_name, said.family_name);
  bring(own.phone, said.phone);
  bring(own.country, said.country);
  bring(own.time_zone, said.time_zone);
  bring(own.tags, said.tags);
  if (!said.owner.is_nil()) own.owner = said.owner;
  for (const auto& [key, value] : said.attributes) own.attributes[key] = value;
}

}  // namespace

Result<Contact> ChangedOwn(postgres::Transaction& transaction, const Uuid& tenant, const Contact& before, const ChangeOwn& change,
                           const Clock& clock) {
  VEFA_TRY(Survivor survivor, LoadSurvivor(transaction, tenant, before));
  change(survivor.own);
  SettlePoints(survivor.own, clock);
  if (before.absorbed == 0) return std::move(survivor.own);
  VEFA_TRY_OK(StoreSurvivor(transaction, tenant, survivor));
  return ViewOf(survivor.own, survivor.absorbed);
}

Result<std::vector<Upserted>> StoreUpserts(postgres::Transaction& transaction, const Sealer& sealer,
                                           const AttributeDefinitions& definitions, std::span<const NewContact> made,
                                           std::span<ContactChange> changes, const Clock& clock) {
  std::vector<Upserted> done;
  if (!made.empty()) {
    std::vector<const NewContact*> all;
    for (const NewContact& each : made) all.push_back(&each);
    auto [statement, params] = InsertContactsCall(sealer.tenant(), all);
    VEFA_TRY(Rows rows, transaction.Execute(*statement, std::move(params)));
    if (static_cast<size_t>(rows.size()) < made.size())
      return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The same contact is being created; try again."};
    for (const NewContact& each : made) done.push_back({each.contact.external_id, each.contact.id, 1});
  }
  if (!changes.empty()) {
    VEFA_TRY_OK(WriteContacts(transaction, sealer, definitions, changes, clock));
    for (const ContactChange& each : changes) done.push_back({each.after.external_id, each.after.id, each.after.version});
    std::vector<ContactVersion> survivors;
    for (const ContactChange& each : changes)
      VEFA_TRY_OK(RefreshSurvivors(transaction, sealer, definitions, each.after.merged_into, clock, survivors));
    for (const ContactVersion& each : survivors) done.push_back({"", each.id, each.version, true});
  }
  return done;
}

Result<std::vector<Upserted>> UpsertContacts(postgres::Transaction& transaction, const Sealer& sealer,
                                             const AttributeDefinitions& definitions,
                                             const std::vector<Contact>& contacts, const Clock& clock) {
  std::vector<std::string> external_ids;
  for (const Contact& contact : contacts) external_ids.push_back(contact.external_id);
  VEFA_TRY(std::vector<Contact> present, LockContacts(transaction, sealer.tenant(), std::move(external_ids)));
  std::unordered_map<std::string_view, const Contact*> known;
  for (const Contact& contact : present) known.emplace(contact.external_id, &contact);

  std::vector<NewContact> made;
  std::vector<ContactChange> changes;
  for (const Contact& said : contacts) {
    auto before = known.find(said.external_id);
    if (before == known.end()) {
      Contact fresh = said;
      AddDefaults(definitions, fresh.attributes);
      made.push_back(MakeNewContact(sealer, definitions, std::move(fresh), clock));
      continue;
    }
    auto change = [&](Contact& own) { BringSaid(said, own); };
    VEFA_TRY(Contact after, ChangedOwn(transaction, sealer.tenant(), *before->second, change, clock));
    if (!IsSame(*before->second, after)) changes.push_back({std::move(after), kUpdatedType});
  }
  return StoreUpserts(transaction, sealer, definitions, made, changes, clock);
}

}  // namespace vefa::contact
