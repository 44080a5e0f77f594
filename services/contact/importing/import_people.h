#pragma once

#include <deque>
#include <map>
#include <span>

#include "services/contact/contact_store.h"
#include "services/contact/importing/import.h"
#include "services/contact/importing/import_store.h"

namespace vefa::contact {

// A person that records of one chunk speak of.
struct ImportPerson {
  std::optional<Contact> before;  // Locked; nothing when the chunk makes them.
  Contact now;                    // After the records so far.
  std::vector<const ImportedRecord*> records;  // Those whose word counts, in their order.
  int64_t line = 0;               // Of the last of them.
};

// What becomes of one record.
struct ImportDecision {
  v1::ImportOutcome::Kind kind = v1::ImportOutcome::KIND_REJECTED;
  const ImportPerson* person = nullptr;  // Of one that is not rejected.
  std::vector<v1::ImportProblem> problems;
};

// What an import wrote.
struct ImportWritten {
  std::vector<ImportChange> changes;
  std::vector<ContactVersion> versions;  // Of records that somebody may have copies of.
  int64_t consents = 0;
};

// The people of one chunk: found and locked, decided about record by record, then written. Made for one transaction.
class ImportPeople {
 public:
  ImportPeople(postgres::Transaction& transaction, const Sealer& sealer, const AttributeDefinitions& definitions, const ImportPlan& plan,
               const Clock& clock)
      : transaction_(transaction), sealer_(sealer), definitions_(definitions), plan_(plan), clock_(clock) {}

  // One decision of each record, by position. `id_prefix` begins the external ids of those who have none. `records` outlive this.
  Result<std::vector<ImportDecision>> Decide(std::span<const ImportedRecord> records, const std::string& id_prefix);
  // Writes what was decided, with its events.
  Result<ImportWritten> Write();

 private:
  Status Find(std::span<const ImportedRecord> records);
  ImportDecision DecideOne(const ImportedRecord& record, const std::string& id_prefix);
  ImportDecision DecideNew(const ImportedRecord& record, const std::string& key, const std::string& id_prefix);
  Status WriteRecords(ImportWritten& written, std::map<Uuid, size_t>& places);
  Status WriteConsents(ImportWritten& written, std::map<Uuid, size_t>& places);

  postgres::Transaction& transaction_;
  const Sealer& sealer_;
  const AttributeDefinitions& definitions_;
  const ImportPlan& plan_;
  const Clock& clock_;
  std::deque<ImportPerson> people_;  // Their places do not move.
  std::map<std::string, ImportPerson*, std::less<>> by_key_;
  std::map<std::string, ImportPerson*, std::less<>> by_external_id_;
  std::map<std::string, int, std::less<>> owners_;  // How many people have a point.
};

}  // namespace vefa::contact
