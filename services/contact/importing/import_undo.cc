#include "services/contact/importing/import_undo.h"

#include <algorithm>

#include "services/contact/contact_erase.h"
#include "services/contact/contact_store.h"
#include "services/contact/importing/import_trace.h"

namespace vefa::contact {
namespace {

constexpr int32_t kUndoStep = 50;                     // People in a transaction.
constexpr std::chrono::milliseconds kUndoTime(2000);  // Of one call.
constexpr char kUndoReason[] = "IMPORT_UNDONE";

// One transaction's part of an undo.
class UndoStep {
 public:
  UndoStep(postgres::Transaction& transaction, const Sealer& sealer, const AttributeDefinitions& definitions, const Clock& clock)
      : transaction_(transaction), sealer_(sealer), definitions_(definitions), clock_(clock) {}

  Status Take(const std::vector<ImportChange>& changes) {
    std::vector<Uuid> made;
    for (const ImportChange& change : changes)
      if (change.is_new) made.push_back(change.contact);
    VEFA_TRY(std::vector<Uuid> linked, FindLinked(transaction_, sealer_.tenant(), made));
    VEFA_TRY(std::vector<MadeContact> locked, LockMade(transaction_, sealer_.tenant(), made));
    for (const ImportChange& change : changes) {
      if (!change.is_new) {
        VEFA_TRY_OK(TakeChanged(change));
        continue;
      }
      auto is_it = [&](const MadeContact& contact) { return contact.id == change.contact; };
      auto found = std::find_if(locked.begin(), locked.end(), is_it);
      // Who was erased meanwhile is gone already.
      if (found == locked.end()) continue;
      VEFA_TRY_OK(TakeNew(change, *found, std::find(linked.begin(), linked.end(), change.contact) != linked.end()));
    }
    if (put_back_.empty()) return Ok();
    return WriteContacts(transaction_, sealer_, definitions_, put_back_, clock_);
  }

  int64_t undone = 0;
  int64_t left = 0;
  google::protobuf::RepeatedPtrField<v1::ImportProblem> problems;
  // After Take: records that are others now.
  std::vector<ContactVersion> Versions() const {
    std::vector<ContactVersion> all = erased_;
    for (const ContactChange& change : put_back_) all.push_back({change.after.id, change.after.version});
    return all;
  }

 private:
  void Leave(const ImportChange& change, const std::string& field, const char* reason, const char* message) {
    v1::ImportProblem problem;
    problem.set_line(change.line);
    problem.set_field(field);
    problem.set_reason(reason);
    problem.set_message(message);
    problem.set_contact(ResourceName("contacts", change.contact));
    *problems.Add() = std::move(problem);
    ++left;
  }

  void LeaveMerged(const ImportChange& change) {
    Leave(change, "", "CONTACT_MERGED", "The record is one with another; undo the merge, then change it by hand.");
  }

  // Nobody asked for it that this person be never written to: the addresses are not suppressed.
  Status TakeNew(const ImportChange& change, const MadeContact& contact, bool has_links) {
    if (contact.united) {
      LeaveMerged(change);
      return Ok();
    }
    if (contact.version != change.version) {
      Leave(change, "", "CHANGED_SINCE", "Somebody changed this person since; erase them if they are to go.");
      return Ok();
    }
    if (has_links) {
      Leave(change, "", "HAS_LINKS", "This person has affiliations, relationships or boundaries; end them and erase the person.");
      return Ok();
    }
    VEFA_TRY(std::optional<Erased> erased, EraseRecord(transaction_, sealer_, change.contact, {kUndoReason, false, false}, clock_));
    if (erased) erased_.push_back({change.contact, erased->version});
    ++undone;
    return Ok();
  }

  Status TakeChanged(const ImportChange& change) {
    VEFA_TRY(std::optional<Contact> before, LockContact(transaction_, sealer_.tenant(), change.contact));
    if (!before || before->erase_time) return Ok();
    if (!before->merged_into.is_nil() || before->absorbed > 0) {
      LeaveMerged(change);
      return Ok();
    }
    Contact after = *before;
    for (const std::string& field : PutBack(change.trace, after))
      Leave(change, field, "CHANGED_SINCE", "This field was changed since and stays as it is.");
    if (change.trace.consents() > 0)
      Leave(change, "consents", "CONSENT_STAYS", "What a person said is never unsaid; record what holds now.");
    if (IsSame(*before, after)) return Ok();
    put_back_.push_back({std::move(after), kUpdatedType});
    ++undone;
    return Ok();
  }

  postgres::Transaction& transaction_;
  const Sealer& sealer_;
  const AttributeDefinitions& definitions_;
  const Clock& clock_;
  std::vector<ContactChange> put_back_;
  std::vector<ContactVersion> erased_;
};

}  // namespace

Result<v1::Import> ImportUndo::Step(const rpc::CallContext& call, const Sealer& sealer, const AttributeDefinitions& definitions,
                                    const Uuid& id) const {
  std::vector<ContactVersion> versions;
  auto stepped = postgres::InTransaction(
      database_, postgres::Scope::Tenant(call.tenant), call.deadline, [&](postgres::Transaction& transaction) -> Result<v1::Import> {
        versions.clear();
        VEFA_TRY(v1::Import import, LockImport(transaction, call.tenant, id));
        if (import.dry_run())
          return Error{Code::kFailedPrecondition, "IMPORT_DRY_RUN", "This import wrote nothing; there is nothing to undo."};
        if (import.state() == v1::Import::STATE_UNDONE) return import;
        VEFA_TRY(std::vector<ImportChange> changes, NextChanges(transaction, call.tenant, id, kUndoStep));
        UndoStep step(transaction, sealer, definitions, clock_);
        if (!changes.empty()) VEFA_TRY_OK(step.Take(changes));
        std::vector<postgres::Call> calls;
        if (!step.problems.empty()) calls.push_back(InsertProblemsCall(call.tenant, id, true, step.problems));
        if (!changes.empty()) calls.push_back(DropChangesCall(call.tenant, id, changes.back().contact));
        import.set_undone_count(import.undone_count() + step.undone);
        import.set_left_count(import.left_count() + step.left);
        import.set_state(changes.size() < kUndoStep ? v1::Import::STATE_UNDONE : v1::Import::STATE_UNDOING);
        calls.push_back(WriteImportCall(call.tenant, id, import, clock_.Now()));
        VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
        versions = step.Versions();
        return import;
      });
  if (stepped.ok()) copies_.Changed(call.tenant, versions);
  return stepped;
}

Result<v1::Import> ImportUndo::Undo(const rpc::CallContext& call, const Uuid& id) const {
  VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  const Deadline until = Deadline::After(std::min(kUndoTime, std::chrono::duration_cast<std::chrono::milliseconds>(call.deadline.Left()) / 2));
  for (;;) {
    VEFA_TRY(v1::Import import, Step(call, *sealer, *definitions, id));
    if (import.state() == v1::Import::STATE_UNDONE || until.Left() <= std::chrono::milliseconds(0)) return import;
  }
}

}  // namespace vefa::contact
