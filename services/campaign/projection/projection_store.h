#pragma once

#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/campaign/projection/contact_change.h"

// The SQL of the projection, as the `pump` role.
namespace vefa::campaign {

// Applies all in one round trip. A contact's row is made by whichever event came first and keeps what the
// others said; orders are added to those counted before; an erased contact is never known again.
Status WriteChanges(postgres::Transaction& transaction, const PeopleChanges& changes);

}  // namespace vefa::campaign
