#include "services/contact/sight/contact_sight.h"

#include <algorithm>

#include "services/contact/contact_change.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

// What is named, and what that is about; of a relationship both parties. What is not there is about nobody, and not seen.
const Statement kSight{
    "contact_sight",
    "WITH named AS ("
    "  SELECT unnest($2::text[]) COLLATE \"C\" AS name"
    "  UNION ALL SELECT n.about FROM unnest($3::uuid[]) AS x(id) LEFT JOIN note n ON n.tenant_id = $1 AND n.id = x.id"
    "  UNION ALL SELECT b.about FROM unnest($4::uuid[]) AS x(id) LEFT JOIN boundary b ON b.tenant_id = $1 AND b.id = x.id"
    "  UNION ALL SELECT ('contacts/' || a.contact_id::text) COLLATE \"C\" FROM unnest($5::uuid[]) AS x(id)"
    "    LEFT JOIN affiliation a ON a.tenant_id = $1 AND a.id = x.id),"
    " party AS ("
    "  SELECT name FROM named WHERE name IS NULL OR name NOT LIKE 'relationships/%'"
    "  UNION ALL SELECT p.name FROM named LEFT JOIN relationship r ON r.tenant_id = $1"
    "    AND r.id = CASE WHEN named.name LIKE 'relationships/%' THEN substr(named.name, 15)::uuid END"
    "    CROSS JOIN LATERAL (VALUES (r.from_party), (r.to_party)) AS p(name) WHERE named.name LIKE 'relationships/%')"
    " SELECT count(*) FILTER (WHERE seen), count(*) FILTER (WHERE NOT seen) FROM ("
    "  SELECT EXISTS (SELECT 1 FROM contact c WHERE c.tenant_id = $1 AND c.owner_id = ANY($6)"
    "    AND c.id = CASE WHEN party.name LIKE 'contacts/%' THEN substr(party.name, 10)::uuid END) AS seen"
    "  FROM party WHERE party.name IS NULL OR party.name LIKE 'contacts/%') x"};

const Statement kSeenAmong{"contact_seen_among",
                           "SELECT id FROM contact WHERE tenant_id = $1 AND id = ANY($2) AND owner_id = ANY($3)"};

// What a request names, by what is asked of the database.
struct Named {
  std::vector<std::string> parties;  // Contacts and relationships.
  std::vector<Uuid> notes, boundaries, affiliations;
};

// False when there is something of which it is not known whom it is about.
bool Take(const std::string& name, Named& named) {
  const std::string_view collection = std::string_view(name).substr(0, name.find('/'));
  if (collection == "organizations" || collection == "users") return true;
  if (collection == "contacts" || collection == "relationships") {
    named.parties.push_back(name);
    return true;
  }
  auto id = ParseResourceName(collection, name);
  std::vector<Uuid>* ids = collection == "notes"          ? &named.notes
                           : collection == "boundaries"   ? &named.boundaries
                           : collection == "affiliations" ? &named.affiliations
                                                          : nullptr;
  if (ids == nullptr || !id.ok()) return false;
  ids->push_back(*id);
  return true;
}

bool IsAmong(const Uuid& owner, const std::vector<Uuid>& owners) {
  return std::find(owners.begin(), owners.end(), owner) != owners.end();
}

}  // namespace

Status ContactSight::Check(const rpc::Principal& principal, const google::protobuf::Message& request, Deadline deadline) const {
  if (principal.SeesAll()) return Ok();
  Named named;
  for (const std::string& name : rpc::NamesIn(request))
    if (!Take(name, named)) return rpc::TooNarrow();
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(principal.tenant), kSight,
                                    Bound(principal.tenant, named.parties, named.notes, named.boundaries, named.affiliations, *principal.owners),
                                    deadline));
  if (rows.Int64(0, 1) > 0) return NoSuchContact();
  if (rows.Int64(0, 0) == 0) return rpc::TooNarrow();
  return Ok();
}

Result<std::unordered_set<Uuid>> SeenAmong(postgres::Database& database, const rpc::Principal& principal, const std::vector<Uuid>& contacts,
                                           Deadline deadline) {
  if (principal.SeesAll()) return std::unordered_set<Uuid>(contacts.begin(), contacts.end());
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(principal.tenant), kSeenAmong, Bound(principal.tenant, contacts, *principal.owners), deadline));
  std::unordered_set<Uuid> seen;
  for (int i = 0; i < rows.size(); ++i) seen.insert(rows.Id(i, 0));
  return seen;
}

bool Sees(const rpc::Principal& principal, const Contact& contact) {
  return principal.SeesAll() || IsAmong(contact.owner, *principal.owners);
}

void SetOwner(const rpc::Principal& principal, Contact& contact, std::vector<Violation>& violations) {
  if (principal.SeesAll()) return;
  if (contact.owner.is_nil() && !principal.owners->empty()) contact.owner = principal.owners->front();
  if (!IsAmong(contact.owner, *principal.owners))
    violations.push_back({"contact.owner", "OWNER_NOT_SEEN", "Give yourself, or somebody of your teams if you see their contacts."});
}

}  // namespace vefa::contact
