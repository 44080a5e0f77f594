#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/point/point.h"

// The SQL that reads points for their own sake; they are written with their contact.
namespace vefa::contact {

// Primary ones first; nullopt when there is no such contact.
Result<std::optional<ContactPoints>> GetPoints(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                               Deadline deadline);

struct FoundPoint {
  Uuid contact;
  ContactPoint point;
};
// Those of one value in its normal form, at most 100, the oldest first.
Result<std::vector<FoundPoint>> FindPoints(postgres::Database& database, const Uuid& tenant, PointKind kind,
                                           const std::string& value, Deadline deadline);

}  // namespace vefa::contact
