#include "services/contact/identity/identifying.h"

#include <algorithm>

#include "services/contact/contact_change.h"
#include "services/contact/contact_events.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/merge/merging.h"

namespace vefa::contact {
namespace {

// Somebody of whom nothing is known but that they were there.
Contact Visitor(const std::string& language, const Clock& clock) {
  Contact visitor;
  visitor.external_id = "visitor-" + NewUuidV7(clock).ToString();
  visitor.display_name = language == "tr" ? "Ziyaretçi" : "Visitor";
  visitor.language = language;
  visitor.source = "visit";
  visitor.tags = {kVisitorTag};
  return visitor;
}

// What is known of a person now, on the record that was a visitor's.
void Complete(const Contact& person, Contact& record) {
  auto say = [](const auto& said, auto& known) {
    if (!said.empty()) known = said;
  };
  std::erase(record.tags, kVisitorTag);
  for (const std::string& tag : person.tags)
    if (std::find(record.tags.begin(), record.tags.end(), tag) == record.tags.end()) record.tags.push_back(tag);
  std::sort(record.tags.begin(), record.tags.end());
  say(person.external_id, record.external_id);
  say(person.display_name, record.display_name);
  say(person.given_name, record.given_name);
  say(person.family_name, record.family_name);
  say(person.email, record.email);
  say(person.phone, record.phone);
  say(person.language, record.language);
  say(person.source, record.source);
  say(person.country, record.country);
  say(person.time_zone, record.time_zone);
  for (const auto& [name, value] : person.attributes) record.attributes[name] = value;
}

}  // namespace

Result<IdentifyOutcome> Identifying::Identify(Identity identity, const std::optional<Contact>& person, const std::string& language) {
  VEFA_TRY(auto behind, FindIdentity(transaction_, sealer_.tenant(), identity));
  Named named = Named::kNobody;
  std::vector<Contact> known;
  if (person) {
    VEFA_TRY(known, LockContacts(transaction_, sealer_.tenant(), {person->external_id}));
    if (!known.empty() && known[0].erase_time) return ContactErased();
    if (!known.empty() && !known[0].merged_into.is_nil()) return ContactMerged(known[0].merged_into);
    named = known.empty() ? Named::kSomebodyNew : behind && behind->contact == known[0].id ? Named::kTheSame : Named::kAnother;
  }
  const IdentifyStep step = StepOf(behind.has_value(), behind && behind->anonymous, named);
  switch (step) {
    case IdentifyStep::kKnown: return IdentifyOutcome{behind->contact, step, behind->anonymous, {}, {}};
    case IdentifyStep::kCreateVisitor: return Create(std::move(identity), Visitor(language, clock_), step);
    case IdentifyStep::kCreateContact: return Create(std::move(identity), *person, step);
    case IdentifyStep::kLink: return Link(std::move(identity), known[0]);
    case IdentifyStep::kComplete: return Complete(behind->contact, *person);
    case IdentifyStep::kMerge: return Merge(behind->contact, known[0].id);
    case IdentifyStep::kRefuse: break;
  }
  return Error{Code::kFailedPrecondition, "IDENTITY_OF_ANOTHER",
               "This identity is of somebody else whom one knows; give the device another one, or merge the two contacts yourself."};
}

Result<IdentifyOutcome> Identifying::Create(Identity identity, Contact contact, IdentifyStep step) {
  if (contact.language.empty()) contact.language = "en";
  AddDefaults(definitions_, contact.attributes);
  const NewContact made = MakeNewContact(sealer_, definitions_, std::move(contact), clock_);
  const NewContact* const batch[] = {&made};
  postgres::Call call = InsertContactsCall(sealer_.tenant(), batch);
  VEFA_TRY(postgres::Rows rows, transaction_.Execute(*call.statement, std::move(call.params)));
  auto stored = std::move(InsertedContacts(rows, batch)[0]);
  // A twin made somebody with this external id in between: read it again.
  if (!stored.ok()) return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The same contact is being made; try again."};
  identity.contact = stored->id;
  identity.anonymous = step == IdentifyStep::kCreateVisitor;
  VEFA_TRY(int64_t version, InsertIdentity(transaction_, sealer_.tenant(), identity, clock_));
  return IdentifyOutcome{identity.contact, step, identity.anonymous, {}, {{identity.contact, version}}};
}

Result<IdentifyOutcome> Identifying::Link(Identity identity, const Contact& person) {
  identity.contact = person.id;
  VEFA_TRY(int64_t version, InsertIdentity(transaction_, sealer_.tenant(), identity, clock_));
  return IdentifyOutcome{person.id, IdentifyStep::kLink, false, {}, {{person.id, version}}};
}

Result<IdentifyOutcome> Identifying::Complete(const Uuid& visitor, const Contact& person) {
  VEFA_TRY(auto record, LockContact(transaction_, sealer_.tenant(), visitor));
  if (!record || record->erase_time || !record->merged_into.is_nil())
    return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The visitor is being changed; try again."};
  ContactChange change{*record, kUpdatedType};
  contact::Complete(person, change.after);
  std::vector<Violation> violations;
  Normalise(change.after, "contact.", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  SettlePoints(change.after, clock_);
  if (record->absorbed > 0) VEFA_TRY_OK(KeepOwnRecord(transaction_, sealer_.tenant(), *record, change.after));
  VEFA_TRY_OK(WriteContacts(transaction_, sealer_, definitions_, {&change, 1}, clock_));
  VEFA_TRY_OK(EndAnonymity(transaction_, sealer_.tenant(), visitor));
  return IdentifyOutcome{visitor, IdentifyStep::kComplete, false, {}, {{visitor, change.after.version}}};
}

// What stands on a visitor's record says nothing of the person: only what was done joins.
Result<IdentifyOutcome> Identifying::Merge(const Uuid& visitor, const Uuid& person) {
  struct Merge merge;
  merge.survivor = person;
  merge.merged = visitor;
  merge.actor = actor_;
  VEFA_TRY(MergeOutcome done, Merging(transaction_, sealer_, definitions_, clock_)
                                  .Unite(std::move(merge), {{}, {"tags", "source", "language", "country", "time_zone"}}, false));
  return IdentifyOutcome{person, IdentifyStep::kMerge, false, done.merge.id, std::move(done.changed)};
}

}  // namespace vefa::contact
