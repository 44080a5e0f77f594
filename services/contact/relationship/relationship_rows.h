#pragma once

#include "libs/postgres/rows.h"
#include "services/contact/relationship/relationship.h"

// The columns of a relationship, of a table called `r`, and how they are read.
#define RELATIONSHIP_COLUMNS                                                                                              \
  "r.id, r.from_party, r.to_party, r.type, r.status, r.tier, coalesce(r.manager_id, '00000000-0000-0000-0000-000000000000'),"\
  " r.start_date, r.end_date, r.close_reason, r.unaccountable, r.version, r.create_time, r.update_time"

namespace vefa::contact {

inline Relationship ReadRelationship(const postgres::Rows& rows, int i) {
  auto day = [&](int column) {
    return rows.IsNull(i, column) ? std::nullopt : std::optional<int32_t>(rows.Date(i, column));
  };
  // What is stored was parsed when it came.
  return {rows.Id(i, 0),
          *ParseParty(rows.Text(i, 1)),
          *ParseParty(rows.Text(i, 2)),
          static_cast<int16_t>(rows.Int64(i, 3)),
          static_cast<RelationshipStatus>(rows.Int64(i, 4)),
          rows.String(i, 5),
          rows.Id(i, 6),
          day(7),
          day(8),
          rows.String(i, 9),
          rows.Bool(i, 10),
          rows.Int64(i, 11),
          rows.Timestamp(i, 12),
          rows.Timestamp(i, 13)};
}

}  // namespace vefa::contact
