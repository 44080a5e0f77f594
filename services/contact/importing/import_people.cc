#include "services/contact/importing/import_people.h"

#include <algorithm>

namespace vefa::contact {

Status ImportPeople::Find(std::span<const ImportedRecord> records) {
  const bool by_id = plan_.match == v1::Import::MATCH_EXTERNAL_ID;
  const PointKind kind = plan_.match == v1::Import::MATCH_PHONE ? PointKind::kPhone : PointKind::kEmail;
  std::vector<std::string> ids, keys;
  for (const ImportedRecord& record : records) {
    if (!record.problems.empty()) continue;
    if (!record.said.external_id.empty()) ids.push_back(record.said.external_id);
    if (!by_id) keys.push_back(MatchKeyOf(record.said, plan_.match));
  }
  std::vector<PointOwner> owners;
  if (!keys.empty()) {
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    VEFA_TRY(owners, FindPointOwners(transaction_, sealer_.tenant(), kind, keys));
    for (const PointOwner& owner : owners) ids.push_back(owner.external_id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.empty()) return Ok();
  VEFA_TRY(std::vector<Contact> locked, LockContacts(transaction_, sealer_.tenant(), std::move(ids)));
  for (Contact& contact : locked) {
    ImportPerson& person = people_.emplace_back();
    person.now = contact;
    person.before = std::move(contact);
    by_external_id_[person.now.external_id] = &person;
    if (by_id) by_key_[person.now.external_id] = &person;
  }
  for (const PointOwner& owner : owners) {
    auto found = by_external_id_.find(owner.external_id);
    // Between finding and locking them they may have lost the point, or become somebody else's part.
    if (found == by_external_id_.end() || !found->second->now.merged_into.is_nil()) continue;
    const ContactPoints& points = found->second->now.points;
    if (std::none_of(points.begin(), points.end(), [&](const ContactPoint& p) { return p.kind == kind && p.value == owner.value; })) continue;
    by_key_[owner.value] = found->second;
    ++owners_[owner.value];
  }
  return Ok();
}

ImportDecision ImportPeople::DecideNew(const ImportedRecord& record, const std::string& key, const std::string& id_prefix) {
  Contact fresh;
  if (auto problem = CompleteNew(record, plan_, id_prefix + std::to_string(record.line), fresh))
    return {v1::ImportOutcome::KIND_REJECTED, nullptr, {*problem}};
  if (by_external_id_.contains(fresh.external_id))
    return {v1::ImportOutcome::KIND_REJECTED, nullptr,
            {MakeProblem(record.line, "external_id", "EXTERNAL_ID_TAKEN", "Another person has this id; match by external id, or leave it out.")}};
  ImportPerson& person = people_.emplace_back();
  person.now = std::move(fresh);
  person.records.push_back(&record);
  person.line = record.line;
  by_key_[key] = &person;
  by_external_id_[person.now.external_id] = &person;
  return {v1::ImportOutcome::KIND_CREATED, &person, {}};
}

ImportDecision ImportPeople::DecideOne(const ImportedRecord& record, const std::string& id_prefix) {
  if (!record.problems.empty()) return {v1::ImportOutcome::KIND_REJECTED, nullptr, record.problems};
  const std::string key = MatchKeyOf(record.said, plan_.match);
  if (auto owners = owners_.find(key); owners != owners_.end() && owners->second > 1)
    return {v1::ImportOutcome::KIND_REJECTED, nullptr,
            {MakeProblem(record.line, std::string(plan_.match == v1::Import::MATCH_PHONE ? "phone" : "email"), "MATCH_AMBIGUOUS",
                         "Several people have this address: merge them, or match by external id.")}};
  auto found = by_key_.find(key);
  if (found == by_key_.end()) return DecideNew(record, key, id_prefix);
  ImportPerson& person = *found->second;
  if (plan_.policy == v1::Import::POLICY_SKIP) return {v1::ImportOutcome::KIND_SKIPPED, &person, {}};
  Contact after = person.now;
  ApplyImport(record.said, plan_.match, plan_.policy, after);
  const bool same = IsSame(person.now, after);
  person.now = std::move(after);
  person.records.push_back(&record);
  person.line = record.line;
  return {same ? v1::ImportOutcome::KIND_UNCHANGED : v1::ImportOutcome::KIND_UPDATED, &person, {}};
}

Result<std::vector<ImportDecision>> ImportPeople::Decide(std::span<const ImportedRecord> records, const std::string& id_prefix) {
  VEFA_TRY_OK(Find(records));
  std::vector<ImportDecision> decisions;
  for (const ImportedRecord& record : records) decisions.push_back(DecideOne(record, id_prefix));
  return decisions;
}

}  // namespace vefa::contact
