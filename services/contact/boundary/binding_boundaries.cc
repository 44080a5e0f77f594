// Which boundaries bind whom: the part of boundary_store.h that an evaluation reads.
#include "libs/base/text.h"
#include "services/contact/boundary/boundary_rows.h"
#include "services/contact/boundary/boundary_store.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/organization/organization.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kPartiesOf{"boundary_parties",
                           "SELECT id, from_party, to_party FROM relationship WHERE tenant_id = $1 AND id = ANY($2)"};
const Statement kMembershipsOf{"boundary_memberships",
                               "SELECT contact_id, organization_id, valid_from, valid_to FROM affiliation"
                               " WHERE tenant_id = $1 AND contact_id = ANY($2)"};
// Contacts that are a part of another, and bind it by what binds them.
const Statement kPartsOfContacts{
    "boundary_parts",
    "WITH RECURSIVE " CONTACT_PARTS("ANY($2)", "$3") " SELECT start, id FROM part"};
const Statement kAboveOf{
    "boundary_above",
    "WITH RECURSIVE up AS (SELECT o.id AS start, o.parent_id AS above, 1 AS level FROM organization o"
    "   WHERE o.tenant_id = $1 AND o.id = ANY($2) AND o.parent_id IS NOT NULL"
    "  UNION ALL SELECT u.start, p.parent_id, u.level + 1 FROM up u"
    "   JOIN organization p ON p.tenant_id = $1 AND p.id = u.above WHERE u.level < $3 AND p.parent_id IS NOT NULL)"
    " SELECT start, above FROM up"};
// What ended before the earliest question is not read.
const Statement kStandingAbout{"boundary_standing",
                               "SELECT " BOUNDARY_COLUMNS " FROM boundary b WHERE b.tenant_id = $1 AND b.about = ANY($2)"
                               " AND b.lift_time IS NULL AND coalesce(b.valid_to, 'infinity') > $3 ORDER BY b.id"};

std::optional<int32_t> DayOrNone(const Rows& rows, int i, int column) {
  if (rows.IsNull(i, column)) return std::nullopt;
  return rows.Date(i, column);
}

// Ids of each kind that are to be looked at.
struct Ids {
  std::set<Uuid> contacts, organizations, relationships;

  void Add(const Party& party) {
    if (party.kind == Party::Kind::kContact) contacts.insert(party.id);
    if (party.kind == Party::Kind::kOrganization) organizations.insert(party.id);
    if (party.kind == Party::Kind::kRelationship) relationships.insert(party.id);
  }
  static std::vector<Uuid> List(const std::set<Uuid>& ids) { return {ids.begin(), ids.end()}; }
};

}  // namespace

Result<BindingBoundaries> BindingBoundaries::Load(postgres::Database& database, const Uuid& tenant,
                                                  const std::vector<BoundaryQuestion>& questions, Deadline deadline) {
  BindingBoundaries all;
  Ids ids;
  Time earliest = Time::max();
  for (const BoundaryQuestion& question : questions) {
    ids.Add(question.party);
    earliest = std::min(earliest, question.moment);
  }
  VEFA_TRY(auto transaction, database.Begin(postgres::Scope::Tenant(tenant), deadline));
  VEFA_TRY(Rows parties, transaction.Execute(kPartiesOf, Bound(tenant, Ids::List(ids.relationships))));
  for (int i = 0; i < parties.size(); ++i) {
    auto both = std::make_pair(*ParseParty(parties.Text(i, 1)), *ParseParty(parties.Text(i, 2)));
    ids.Add(both.first);
    ids.Add(both.second);
    all.relationships_.emplace(parties.Id(i, 0), both);
  }
  VEFA_TRY(Rows parts, transaction.Execute(kPartsOfContacts, Bound(tenant, Ids::List(ids.contacts), int32_t{kMergeLevelsMax})));
  for (int i = 0; i < parts.size(); ++i) {
    all.parts_[parts.Id(i, 0)].push_back(parts.Id(i, 1));
    ids.contacts.insert(parts.Id(i, 1));
  }
  VEFA_TRY(Rows members, transaction.Execute(kMembershipsOf, Bound(tenant, Ids::List(ids.contacts))));
  for (int i = 0; i < members.size(); ++i) {
    all.memberships_[members.Id(i, 0)].push_back({members.Id(i, 1), DayOrNone(members, i, 2), DayOrNone(members, i, 3)});
    ids.organizations.insert(members.Id(i, 1));
  }
  VEFA_TRY(Rows above, transaction.Execute(kAboveOf, Bound(tenant, Ids::List(ids.organizations), kTreeLevelsMax)));
  for (int i = 0; i < above.size(); ++i) {
    all.above_[above.Id(i, 0)].push_back(above.Id(i, 1));
    ids.organizations.insert(above.Id(i, 1));
  }
  std::vector<std::string> names;
  for (const Uuid& id : ids.contacts) names.push_back(ResourceName("contacts", id));
  for (const Uuid& id : ids.organizations) names.push_back(ResourceName("organizations", id));
  for (const Uuid& id : ids.relationships) names.push_back(ResourceName("relationships", id));
  VEFA_TRY(Rows standing, transaction.Execute(kStandingAbout, Bound(tenant, names, earliest)));
  for (int i = 0; i < standing.size(); ++i)
    all.boundaries_[standing.String(i, 1)].push_back(ReadBoundaryRow(standing, i));
  VEFA_TRY_OK(transaction.Commit());
  return all;
}

void BindingBoundaries::Bind(const Party& party, int32_t day, std::set<std::string>& names) const {
  names.insert(party.Name());
  if (party.kind == Party::Kind::kOrganization) {
    auto found = above_.find(party.id);
    if (found == above_.end()) return;
    for (const Uuid& id : found->second) names.insert(ResourceName("organizations", id));
  } else if (party.kind == Party::Kind::kContact) {
    if (auto parts = parts_.find(party.id); parts != parts_.end())
      for (const Uuid& part : parts->second) Bind({Party::Kind::kContact, part}, day, names);
    auto found = memberships_.find(party.id);
    if (found == memberships_.end()) return;
    for (const Membership& membership : found->second) {
      if (membership.first.value_or(day) > day || membership.last.value_or(day) < day) continue;
      Bind({Party::Kind::kOrganization, membership.organization}, day, names);
    }
  } else {
    auto found = relationships_.find(party.id);
    if (found == relationships_.end()) return;
    Bind(found->second.first, day, names);
    Bind(found->second.second, day, names);
  }
}

std::vector<const Boundary*> BindingBoundaries::Of(const BoundaryQuestion& question) const {
  std::set<std::string> names;
  Bind(question.party, DayOf(question.moment), names);
  std::vector<const Boundary*> binding;
  for (const std::string& name : names) {
    auto found = boundaries_.find(name);
    if (found == boundaries_.end()) continue;
    for (const Boundary& boundary : found->second) binding.push_back(&boundary);
  }
  std::sort(binding.begin(), binding.end(), [](const Boundary* a, const Boundary* b) { return a->id < b->id; });
  return binding;
}

}  // namespace vefa::contact
