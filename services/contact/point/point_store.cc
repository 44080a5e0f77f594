#include "services/contact/point/point_store.h"

#include "services/contact/contact_rows.h"

namespace vefa::contact {
namespace {

using postgres::Bound;

constexpr int32_t kFoundMax = 100;

// One row without a point for a contact that has none.
const postgres::Statement kPointsOfOne{
    "contact_points",
    "SELECT " CONTACT_POINT_COLUMNS " FROM contact c LEFT JOIN contact_point p ON p.tenant_id = $1 AND p.contact_id = c.id"
    " WHERE c.tenant_id = $1 AND c.id = $2 ORDER BY p.kind, p.is_primary DESC, p.create_time, p.id"};
const postgres::Statement kFindPoints{"contact_points_find",
                                      "SELECT " CONTACT_POINT_COLUMNS " FROM contact_point p WHERE p.tenant_id = $1"
                                      " AND p.kind = $2 AND p.value = $3 ORDER BY p.create_time, p.id LIMIT $4"};

}  // namespace

Result<std::optional<ContactPoints>> GetPoints(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                               Deadline deadline) {
  VEFA_TRY(postgres::Rows rows,
           database.Run(postgres::Scope::Tenant(tenant), kPointsOfOne, Bound(tenant, contact), deadline));
  if (rows.empty()) return std::optional<ContactPoints>();
  ContactPoints points;
  for (int i = 0; i < rows.size(); ++i)
    if (!rows.IsNull(i, 1)) points.push_back(ReadPoint(rows, i));
  return std::optional<ContactPoints>(std::move(points));
}

Result<std::vector<FoundPoint>> FindPoints(postgres::Database& database, const Uuid& tenant, PointKind kind,
                                           const std::string& value, Deadline deadline) {
  VEFA_TRY(postgres::Rows rows,
           database.Run(postgres::Scope::Tenant(tenant), kFindPoints,
                        Bound(tenant, static_cast<int16_t>(kind), value, kFoundMax), deadline));
  std::vector<FoundPoint> found;
  for (int i = 0; i < rows.size(); ++i) found.push_back({rows.Id(i, 0), ReadPoint(rows, i)});
  return found;
}

}  // namespace vefa::contact
