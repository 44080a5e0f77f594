#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "services/contact/right/right.h"

// The SQL of what people ask for by their rights. Every write is a row of the history and an event, too.
namespace vefa::contact {

Error NoSuchRightsRequest();

// Writes a new one; its contact is locked. Id, version and times are set.
Status InsertRightsRequest(postgres::Transaction& transaction, const Uuid& tenant, RightsRequest& request, const std::string& actor,
                           const Clock& clock);
// Locked until the transaction ends; after its contact, where that is locked, too.
Result<std::optional<RightsRequest>> LockRightsRequest(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id);
// Writes a locked one with the step that made it so; its version and times are set, and those of the step.
Status WriteRightsRequest(postgres::Transaction& transaction, const Uuid& tenant, RightsRequest& request, RightsStep step,
                          const Clock& clock);

Result<std::optional<RightsRequest>> GetRightsRequest(postgres::Database& database, const Uuid& tenant, const Uuid& id, Deadline deadline);
// The oldest first.
Result<std::vector<RightsStep>> ListRightsSteps(postgres::Database& database, const Uuid& tenant, const Uuid& id, Deadline deadline);

// Where a page begins, and what is on it: open requests by when they are due, or, of a contact or with the closed ones, in the order
// of their ids.
struct RightsPage {
  std::optional<Uuid> contact;
  bool show_closed = false;
  std::optional<Time> due_before;
  std::optional<Time> after_due;  // Of the last row, in a list by due times.
  Uuid after;                     // Of the last row; nil on the first page.
  int size = 50;
  bool by_due() const { return !contact && !show_closed; }
};
Result<std::vector<RightsRequest>> ListRightsRequests(postgres::Database& database, const Uuid& tenant, const RightsPage& page,
                                                      Deadline deadline);
// The latest open one of these kinds that is in progress, locked; nullopt when there is none.
Result<std::optional<RightsRequest>> LockOpenAccess(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact);

// Open requests of all tenants that were due before `now`. As the `pump` role.
Result<int64_t> CountOverdue(postgres::Database& pump, Time now, Deadline deadline);

// Empties what an erased person wrote.
postgres::Call EraseRightsNotesCall(const Uuid& tenant, const Uuid& contact);

}  // namespace vefa::contact
