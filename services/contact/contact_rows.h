#pragma once

#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/contact.h"

// How records are read from their rows; contact's SQL alone.
namespace vefa::contact {

// What ReadContact expects first in a row of `contact c`.
#define CONTACT_COLUMNS                                                                                                  \
  "c.id, c.external_id, c.display_name, c.email, c.language, c.source, c.version, c.create_time, c.update_time,"        \
  " c.erase_time, c.given_name, c.family_name, c.phone, c.country, c.time_zone, array_to_string(c.tags, ','),"          \
  " c.attributes::text, c.owner_id, c.lifecycle_stage, c.merged_into, c.absorbed"
inline constexpr int kContactColumns = 21;

// What ReadPoint expects first in a row of `contact_point p`, after the contact's id.
#define CONTACT_POINT_COLUMNS \
  "p.contact_id, p.id, p.kind, p.value, p.label, p.state, p.is_primary, p.verify_time, p.create_time, p.recipient_type"

// Without points.
Contact ReadContact(const postgres::Rows& rows, int row);
ContactPoint ReadPoint(const postgres::Rows& rows, int row);
// Reads the points of these contacts into them, primary ones first.
Status AddPoints(postgres::Transaction& transaction, const Uuid& tenant, std::vector<Contact>& contacts);

}  // namespace vefa::contact
