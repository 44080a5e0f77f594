// The writing of import_people.h.
#include "services/contact/importing/import_people.h"
#include "services/contact/importing/import_trace.h"

namespace vefa::contact {

Status ImportPeople::WriteRecords(ImportWritten& written, std::map<Uuid, size_t>& places) {
  std::vector<NewContact> made;
  std::vector<ContactChange> changes;
  std::vector<const ImportPerson*> makers, changers;
  for (ImportPerson& person : people_) {
    if (person.records.empty()) continue;
    if (!person.before) {
      AddDefaults(definitions_, person.now.attributes);
      made.push_back(MakeNewContact(sealer_, definitions_, person.now, clock_));
      person.now = made.back().contact;
      makers.push_back(&person);
      continue;
    }
    auto apply = [&](Contact& own) {
      for (const ImportedRecord* record : person.records) ApplyImport(record->said, plan_.match, plan_.policy, own);
    };
    VEFA_TRY(person.now, ChangedOwn(transaction_, sealer_.tenant(), *person.before, apply, clock_));
    if (IsSame(*person.before, person.now)) continue;
    changes.push_back({person.now, kUpdatedType});
    changers.push_back(&person);
  }
  VEFA_TRY(auto stored, StoreUpserts(transaction_, sealer_, definitions_, made, changes, clock_));
  auto note = [&](const ImportPerson& person, int64_t version, bool is_new, v1::ImportTrace trace) {
    places[person.now.id] = written.changes.size();
    written.changes.push_back({person.now.id, person.line, version, is_new, std::move(trace)});
  };
  for (const ImportPerson* person : makers) note(*person, 1, true, {});
  for (size_t i = 0; i < changers.size(); ++i)
    note(*changers[i], changes[i].after.version, false, MakeTrace(*changers[i]->before, changers[i]->now));
  for (const Upserted& each : stored)
    if (each.version > 1) written.versions.push_back({each.id, each.version});
  return Ok();
}

// Consents of one person follow each other in versions, so each goes into a statement of its own: round n holds the n-th of everybody.
Status ImportPeople::WriteConsents(ImportWritten& written, std::map<Uuid, size_t>& places) {
  std::vector<std::vector<ConsentOf>> rounds;
  std::map<Uuid, int64_t> lines;
  for (const ImportPerson& person : people_) {
    size_t round = 0;
    lines[person.now.id] = person.line;
    for (const ImportedRecord* record : person.records)
      for (const Consent& consent : record->consents) {
        if (round == rounds.size()) rounds.emplace_back();
        rounds[round++].push_back({"", person.now.id, consent, Uuid{}, ""});
      }
  }
  for (const std::vector<ConsentOf>& round : rounds) {
    VEFA_TRY(auto outcomes, RecordConsents(transaction_, sealer_.tenant(), round, clock_));
    for (const RecordedConsent& one : outcomes) {
      if (one.outcome != Recorded::kNew) continue;
      ++written.consents;
      auto [place, fresh] = places.emplace(one.contact.id, written.changes.size());
      if (fresh) written.changes.push_back({one.contact.id, lines[one.contact.id], one.contact.version, false, {}});
      ImportChange& change = written.changes[place->second];
      change.version = one.contact.version;
      change.trace.set_consents(change.trace.consents() + 1);
      written.versions.push_back(one.contact);
    }
  }
  return Ok();
}

Result<ImportWritten> ImportPeople::Write() {
  ImportWritten written;
  std::map<Uuid, size_t> places;
  VEFA_TRY_OK(WriteRecords(written, places));
  VEFA_TRY_OK(WriteConsents(written, places));
  return written;
}

}  // namespace vefa::contact
