#include "services/contact/contact_change.h"

#include "services/contact/contact_events.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/merge/merging.h"

namespace vefa::contact {

Error NoSuchContact() { return NotFound("CONTACT_NOT_FOUND", "There is no such contact; check the name."); }

Error ContactErased() {
  return {Code::kFailedPrecondition, "CONTACT_ERASED", "This person was erased; nothing can be recorded of them."};
}

Result<Contact> ContactChanger::Change(const rpc::CallContext& call, const Uuid& id, std::string_view prefix,
                                       const rpc::Attempt& attempt, const Rule& rule) const {
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(Contact after, postgres::InTransaction(
                              database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                              [&](postgres::Transaction& transaction) -> Result<Contact> {
                                VEFA_TRY(auto answer, rpc::FindAnswer(transaction, attempt));
                                // The answer is what the record is: what it was then, the ledger knows.
                                if (answer) return ChangeIn(transaction, *sealer, *definitions, id, prefix, nullptr);
                                VEFA_TRY(Contact changed,
                                         ChangeIn(transaction, *sealer, *definitions, id, prefix, rule));
                                VEFA_TRY_OK(rpc::RememberAnswer(transaction, attempt, id.ToString(),
                                                                ResourceName("contacts", id)));
                                return changed;
                              }));
  copies_.Changed(call.tenant, {{id, after.version}});
  if (relay_ != nullptr) relay_->Wake();
  return after;
}

Result<Contact> ContactChanger::ChangeIn(postgres::Transaction& transaction, const Sealer& sealer,
                                         const AttributeDefinitions& definitions, const Uuid& id,
                                         std::string_view prefix, const Rule& rule) const {
  VEFA_TRY(std::optional<Contact> found, LockContact(transaction, sealer.tenant(), id));
  if (!found) return NoSuchContact();
  const Contact& before = *found;
  if (before.erase_time) return ContactErased();
  if (rule == nullptr) return before;
  if (!before.merged_into.is_nil()) return ContactMerged(before.merged_into);
  ContactChange change{before, kUpdatedType};
  std::vector<Violation> violations;
  Status ruled = rule(change);
  if (!ruled.ok()) {
    // What the rule found wrong with the request is told with what is wrong with the record that it would have made.
    if (ruled.error().violations.empty()) return std::move(ruled).error();
    violations = std::move(ruled).error().violations;
  }
  Normalise(change.after, prefix, violations);
  NormaliseValues(definitions, before.attributes, change.after.attributes, prefix, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  SettlePoints(change.after, clock_);
  if (IsSame(before, change.after)) return before;
  if (before.absorbed > 0) VEFA_TRY_OK(KeepOwnRecord(transaction, sealer.tenant(), before, change.after));
  VEFA_TRY_OK(WriteContacts(transaction, sealer, definitions, {&change, 1}, clock_));
  if (change.written != nullptr) VEFA_TRY_OK(change.written(transaction, change.after));
  return change.after;
}

}  // namespace vefa::contact
