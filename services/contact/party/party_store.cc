#include "services/contact/party/party_store.h"

#include <algorithm>
#include <set>

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

// A key share waits for nobody but who erases or archives: writers of the rows take less.
const Statement kHoldContacts{"party_hold_contacts",
                              "SELECT id, erase_time IS NOT NULL FROM contact WHERE tenant_id = $1 AND id = ANY($2)"
                              " ORDER BY id FOR KEY SHARE"};
const Statement kHoldOrganizations{"party_hold_organizations",
                                   "SELECT id, state = 2 FROM organization WHERE tenant_id = $1 AND id = ANY($2)"
                                   " ORDER BY id FOR KEY SHARE"};

const Statement kAppend{
    "party_append",
    "SELECT " VEFA_APPEND_EVENTS_ORDERED("$1, e.subject, e.version, e.event_id, e.type, $2, $3, NULL, e.payload",
                                         " ORDER BY e.ord") " FROM unnest($4::text[], $5::bigint[], $6::uuid[], $7::text[],"
    " $8::bytea[]) WITH ORDINALITY AS e(subject, version, event_id, type, payload, ord)"};

const Statement kEraseAffiliations{"party_erase_affiliations",
                                   "UPDATE affiliation SET title = '', department = '' WHERE tenant_id = $1 AND contact_id = $2"};
const Statement kEraseNotes{
    "party_erase_notes",
    "UPDATE responsibility SET note = '' WHERE tenant_id = $1 AND relationship_id IN"
    " (SELECT id FROM relationship WHERE tenant_id = $1 AND from_party = $2"
    "  UNION SELECT id FROM relationship WHERE tenant_id = $1 AND to_party = $2)"};
// About the person, and about what the person is a party of.
#define PARTY_ABOUT                                                                                            \
  "(SELECT $2::text UNION SELECT 'relationships/' || id FROM relationship WHERE tenant_id = $1 AND from_party = $2" \
  " UNION SELECT 'relationships/' || id FROM relationship WHERE tenant_id = $1 AND to_party = $2)"
const Statement kEraseReasons{"party_erase_reasons",
                              "UPDATE boundary SET reason = '' WHERE tenant_id = $1 AND about IN " PARTY_ABOUT};
const Statement kEraseWritten{"party_erase_written", "UPDATE note SET text = '' WHERE tenant_id = $1 AND about IN " PARTY_ABOUT};
// As rpc::EraseAnswersCall, for subjects that only the database knows.
const Statement kEraseAnswers{"party_erase_answers",
                              "UPDATE idempotency SET request_hash = '', response = '' WHERE tenant_id = $1 AND subject <> ''"
                              " AND subject IN " PARTY_ABOUT};

// Ids of one kind, each once.
std::vector<Uuid> IdsOf(const std::vector<Party>& parties, Party::Kind kind) {
  std::set<Uuid> ids;
  for (const Party& party : parties)
    if (party.kind == kind) ids.insert(party.id);
  return {ids.begin(), ids.end()};
}

// How many were found, and whether one of them is gone.
struct Held {
  bool all = true;
  bool gone = false;
};
Result<Held> Hold(postgres::Transaction& transaction, const Statement& statement, const Uuid& tenant,
                  const std::vector<Uuid>& ids) {
  if (ids.empty()) return Held{};
  VEFA_TRY(Rows rows, transaction.Execute(statement, Bound(tenant, ids)));
  Held held{rows.size() == static_cast<int>(ids.size()), false};
  for (int i = 0; i < rows.size(); ++i) held.gone = held.gone || rows.Bool(i, 1);
  return held;
}

}  // namespace

Status HoldPeople(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Party>& parties) {
  VEFA_TRY(Held people, Hold(transaction, kHoldContacts, tenant, IdsOf(parties, Party::Kind::kContact)));
  if (!people.all) return NotFound("CONTACT_NOT_FOUND", "There is no such contact; check the name.");
  if (people.gone)
    return Error{Code::kFailedPrecondition, "CONTACT_ERASED", "This person was erased; nothing can be recorded of them."};
  return Ok();
}

Status HoldParties(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Party>& parties) {
  VEFA_TRY_OK(HoldPeople(transaction, tenant, parties));
  VEFA_TRY(Held organizations,
           Hold(transaction, kHoldOrganizations, tenant, IdsOf(parties, Party::Kind::kOrganization)));
  if (!organizations.all) return NotFound("ORGANIZATION_NOT_FOUND", "There is no such organisation; check the name.");
  if (organizations.gone)
    return Error{Code::kFailedPrecondition, "ORGANIZATION_ARCHIVED",
                 "This organisation is archived; nothing new can be recorded of it."};
  return Ok();
}

postgres::Call AppendCall(const Uuid& tenant, const std::vector<PartyEvent>& events, Time at, const Clock& clock) {
  std::vector<std::string> subjects, types, payloads;
  std::vector<int64_t> versions;
  std::vector<Uuid> ids;
  for (const PartyEvent& event : events) {
    subjects.push_back(event.subject);
    versions.push_back(event.version);
    ids.push_back(NewUuidV7(clock));
    types.emplace_back(event.type);
    payloads.push_back(event.payload);
  }
  return {&kAppend, Bound(tenant, at, telemetry::CurrentTrace().traceparent(), subjects, versions, ids, types,
                          postgres::BindBytes(payloads))};
}

std::vector<postgres::Call> EraseTextsCalls(const Uuid& tenant, const Uuid& contact) {
  const std::string name = ResourceName("contacts", contact);
  std::vector<postgres::Call> calls;
  calls.push_back({&kEraseAffiliations, Bound(tenant, contact)});
  calls.push_back({&kEraseNotes, Bound(tenant, name)});
  calls.push_back({&kEraseReasons, Bound(tenant, name)});
  calls.push_back({&kEraseWritten, Bound(tenant, name)});
  calls.push_back({&kEraseAnswers, Bound(tenant, name)});
  return calls;
}

}  // namespace vefa::contact
