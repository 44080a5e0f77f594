#pragma once

#include "libs/postgres/rows.h"
#include "services/contact/organization/organization.h"

// The columns of an organisation, of a table called `o`, and how they are read.
#define ORGANIZATION_COLUMNS                                                                                          \
  "o.id, coalesce(o.external_id, ''), o.legal_name, o.brand_name, o.tax_no, o.mersis_no, o.trade_registry_no,"         \
  " o.is_merchant, o.industry, o.size, o.country, coalesce(o.parent_id, '00000000-0000-0000-0000-000000000000'::uuid)," \
  " o.state, o.version, o.create_time, o.update_time"

namespace vefa::contact {

inline Organization ReadOrganization(const postgres::Rows& rows, int i) {
  return {rows.Id(i, 0),
          rows.String(i, 1),
          rows.String(i, 2),
          rows.String(i, 3),
          rows.String(i, 4),
          rows.String(i, 5),
          rows.String(i, 6),
          rows.Bool(i, 7),
          rows.String(i, 8),
          static_cast<int16_t>(rows.Int64(i, 9)),
          rows.String(i, 10),
          rows.Id(i, 11),
          static_cast<OrganizationState>(rows.Int64(i, 12)),
          rows.Int64(i, 13),
          rows.Timestamp(i, 14),
          rows.Timestamp(i, 15)};
}

}  // namespace vefa::contact
