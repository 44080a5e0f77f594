#pragma once

#include <functional>
#include <span>
#include <vector>

#include "libs/base/id.h"
#include "libs/events/handler.h"
#include "libs/postgres/database.h"

// Who is to be looked at again, for work that goes through them page by page: each kind of work has a table of its own, with `tenant_id` and
// `contact_id`. A subscription puts in whoever an event is about, and a loop takes them out.
namespace vefa::contact {

// Puts contacts into the table `due`, of tenants that have a row in `of`. In the order of the key, so that two batches cannot wait for each other.
#define VEFA_PUT_DUE(due, of)                                                               \
  "INSERT INTO " due " (tenant_id, contact_id) SELECT i.tenant_id, i.contact_id"            \
  " FROM unnest($1::uuid[], $2::uuid[]) AS i(tenant_id, contact_id)"                        \
  " WHERE EXISTS (SELECT 1 FROM " of " o WHERE o.tenant_id = i.tenant_id) ORDER BY 1, 2 ON CONFLICT DO NOTHING"
// Takes a page out of it, by where its rows are: nothing else of the table is read, however the planner reckons.
#define VEFA_TAKE_DUE(due)                                                                       \
  "DELETE FROM " due " WHERE tenant_id = $1 AND ctid = ANY(ARRAY(SELECT ctid FROM " due          \
  " WHERE tenant_id = $1 ORDER BY contact_id LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING contact_id"

// Puts in whom these events are about, by a statement of VEFA_PUT_DUE. `concerns` is asked of events about contacts alone.
Status PutDue(postgres::Transaction& transaction, const postgres::Statement& put, std::span<const events::Event> events,
              const std::function<Result<bool>(const events::Event&)>& concerns);
// At most so many, by a statement of VEFA_TAKE_DUE. They are out before they are looked at: whoever changes one meanwhile puts it in again.
Result<std::vector<Uuid>> TakeDue(postgres::Transaction& transaction, const postgres::Statement& take, const Uuid& tenant, int32_t limit);

}  // namespace vefa::contact
