#include "services/contact/merge/merging.h"

#include "services/contact/contact_change.h"
#include "services/contact/contact_events.h"
#include "services/contact/duplicate/duplicate_store.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/right/limit_store.h"

namespace vefa::contact {

Error ContactMerged(const Uuid& survivor) {
  Error error{Code::kFailedPrecondition, "CONTACT_MERGED",
              "This contact is a part of another since they were merged; ask for " + ResourceName("contacts", survivor) + "."};
  error.metadata["survivor"] = ResourceName("contacts", survivor);
  return error;
}

// In one order, so that two merges of the same two wait for each other.
Result<Merging::Both> Merging::Lock(const Uuid& survivor, const Uuid& merged) {
  bool first = survivor < merged;
  VEFA_TRY(auto one, LockContact(transaction_, sealer_.tenant(), first ? survivor : merged));
  VEFA_TRY(auto other, LockContact(transaction_, sealer_.tenant(), first ? merged : survivor));
  if (!one || !other) return NoSuchContact();
  if (one->erase_time || other->erase_time) return ContactErased();
  return first ? Both{*std::move(one), *std::move(other)} : Both{*std::move(other), *std::move(one)};
}

Result<MergeOutcome> Merging::Unite(Merge merge, const MergeChoice& choice, bool only_look) {
  VEFA_TRY(Both both, Lock(merge.survivor, merge.merged));
  for (const Contact* one : {&both.survivor, &both.merged})
    if (!one->merged_into.is_nil()) return ContactMerged(one->merged_into);
  VEFA_TRY_OK(CheckLimitsKept(transaction_, sealer_.tenant(), merge.survivor, merge.merged));
  VEFA_TRY(Survivor survivor, LoadSurvivor(transaction_, sealer_.tenant(), both.survivor));
  if (survivor.absorbed.size() >= kMergesMax)
    return Error{Code::kFailedPrecondition, "MERGES_TOO_MANY", "At most 100 contacts can be a part of one; merge into another."};
  std::vector<Violation> violations;
  merge.taken = TakenOf(both.survivor, both.merged, choice, violations);
  merge.id = NewUuidV7(clock_);
  merge.create_time = clock_.Now();
  survivor.absorbed.push_back({merge, both.merged});
  Contact view = ViewOf(survivor.own, survivor.absorbed);
  // Two that are within the limits need not be so together.
  Normalise(view, "", violations);
  if (view.points.size() > kPointsMax)
    violations.push_back({"leave", "POINTS_TOO_MANY", "A contact has at most 50 points; leave them, or remove some first."});
  NormaliseValues(definitions_, view.attributes, view.attributes, "", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  MergeOutcome done{std::move(merge), view, {}};
  if (only_look) return done;
  VEFA_TRY_OK(InsertMerge(transaction_, sealer_.tenant(), done.merge));
  ++survivor.own.absorbed;
  VEFA_TRY_OK(StoreSurvivor(transaction_, sealer_.tenant(), survivor));
  both.merged.merged_into = both.survivor.id;
  VEFA_TRY_OK(Write(both.survivor, view, std::move(both.merged), kMergedType, done));
  for (auto& [statement, params] : ForgetDuplicatesCalls(sealer_.tenant(), done.merge.merged))
    VEFA_TRY_OK(transaction_.Execute(*statement, std::move(params)));
  return done;
}

Result<MergeOutcome> Merging::Part(const Uuid& id, const std::string& actor) {
  VEFA_TRY(std::optional<Merge> merge, LockMerge(transaction_, sealer_.tenant(), id));
  if (!merge) return NotFound("MERGE_NOT_FOUND", "There is no such merge; list those of the contact.");
  if (merge->undo_time) return Find(id);
  VEFA_TRY(Both both, Lock(merge->survivor, merge->merged));
  VEFA_TRY(Survivor survivor, LoadSurvivor(transaction_, sealer_.tenant(), both.survivor));
  std::erase_if(survivor.absorbed, [&](const Absorbed& each) { return each.merge.id == id; });
  merge->undo_actor = actor;
  merge->undo_time = clock_.Now();
  VEFA_TRY_OK(UndoMerge(transaction_, sealer_.tenant(), *merge));
  --survivor.own.absorbed;
  VEFA_TRY_OK(StoreSurvivor(transaction_, sealer_.tenant(), survivor));
  MergeOutcome done{*std::move(merge), ViewOf(survivor.own, survivor.absorbed), {}};
  both.merged.merged_into = Uuid{};
  VEFA_TRY_OK(Write(both.survivor, done.survivor, std::move(both.merged), kUnmergedType, done));
  VEFA_TRY_OK(RefreshSurvivors(transaction_, sealer_, definitions_, both.survivor.merged_into, clock_, done.changed));
  return done;
}

Result<MergeOutcome> Merging::Find(const Uuid& id) {
  VEFA_TRY(std::optional<Merge> merge, LockMerge(transaction_, sealer_.tenant(), id));
  if (!merge) return NotFound("MERGE_NOT_FOUND", "There is no such merge; list those of the contact.");
  VEFA_TRY(std::optional<Contact> survivor, LockContact(transaction_, sealer_.tenant(), merge->survivor));
  if (!survivor) return NoSuchContact();
  return MergeOutcome{*std::move(merge), *std::move(survivor), {}};
}

// The merged one says what became of it; the survivor only if it shows something else than before.
Status Merging::Write(const Contact& survivor, const Contact& view, Contact merged, const char* type, MergeOutcome& done) {
  std::vector<ContactChange> changes;
  changes.push_back({std::move(merged), type, {.survivor = survivor.id}});
  if (!IsSame(survivor, view)) changes.push_back({view, kUpdatedType});
  VEFA_TRY_OK(WriteContacts(transaction_, sealer_, definitions_, changes, clock_));
  for (const ContactChange& change : changes) done.changed.push_back({change.after.id, change.after.version});
  if (changes.size() > 1) done.survivor = changes.back().after;
  return SettleConsents(transaction_, sealer_.tenant(), survivor.id);
}

}  // namespace vefa::contact
