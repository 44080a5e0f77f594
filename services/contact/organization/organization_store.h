#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/contact/organization/organization.h"

// The SQL of organisations. Every write is one short transaction with its event.
namespace vefa::contact {

Error NoSuchOrganization();

// Creates it, at its parent. ALREADY_EXISTS `ORGANIZATION_EXTERNAL_ID_TAKEN`; NOT_FOUND `PARENT_NOT_FOUND`;
// FAILED_PRECONDITION `PARENT_ARCHIVED`, `TREE_TOO_DEEP`.
Result<Organization> CreateOrganization(postgres::Transaction& transaction, const Uuid& tenant,
                                        Organization organization, const Clock& clock);

// Waits until nobody else changes the tenant's trees and keeps it so until the transaction ends. Before any row is
// held: who waits for it must hold none.
Status HoldTrees(postgres::Transaction& transaction, const Uuid& tenant);
// The organisation, held until the transaction ends: against any other change, and if it is to be archived also against
// what others are about to record of it. nullopt when there is none.
enum class OrganizationHold { kToUpdate, kToArchive };
Result<std::optional<Organization>> HoldOrganization(postgres::Transaction& transaction, const Uuid& tenant,
                                                     const Uuid& id, OrganizationHold hold);
// Moves one that is held to its new state, with an event of this type; where its parent changes, the trees are held as
// well. The errors of CreateOrganization, and FAILED_PRECONDITION `TREE_CYCLE`, `TREE_TOO_LARGE`.
Result<Organization> ChangeOrganization(postgres::Transaction& transaction, const Uuid& tenant, const Organization& before,
                                        Organization after, const char* type, const Clock& clock);

// Where a page of a list begins, and what is on it.
struct OrganizationPage {
  std::string order_by = "legal_name";  // legal_name, create_time or create_time desc
  std::string query;                    // As the person typed it.
  std::optional<Uuid> parent;
  OrganizationState state = OrganizationState::kNone;  // None: all.
  std::vector<std::string> after;                      // Key and id of the last row, as text; empty for the first page.
  int size = 50;
};
Result<std::vector<Organization>> ListOrganizations(postgres::Database& database, const Uuid& tenant,
                                                    const OrganizationPage& page, Deadline deadline);
// The keys of a row for the next page.
std::vector<std::string> OrganizationKeys(const Organization& organization, const std::string& order_by);

// nullopt when there is none.
Result<std::optional<Organization>> GetOrganization(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                                    Deadline deadline);

struct OrganizationFamily {
  std::optional<Organization> self;
  std::vector<Organization> ancestors;    // The uppermost first.
  std::vector<Organization> descendants;  // Level by level; at most kTreeShownMax and one.
};
// `levels` below it, at most kTreeLevelsMax. One round trip.
Result<OrganizationFamily> GetFamily(postgres::Database& database, const Uuid& tenant, const Uuid& id, int levels,
                                     Deadline deadline);

}  // namespace vefa::contact
