#pragma once

#include "libs/postgres/rows.h"
#include "services/contact/boundary/boundary.h"

// The columns of a boundary, of a table called `b`, and how they are read.
#define BOUNDARY_COLUMNS \
  "b.id, b.about, b.rule, b.reason, b.set_by, b.valid_from, b.valid_to, b.lift_time, b.lifted_by, b.version, b.create_time"

namespace vefa::contact {

inline Boundary ReadBoundaryRow(const postgres::Rows& rows, int i) {
  auto time = [&](int column) {
    return rows.IsNull(i, column) ? std::nullopt : std::optional<Time>(rows.Timestamp(i, column));
  };
  Boundary boundary{rows.Id(i, 0),        *ParseSubject(rows.Text(i, 1)), {},     rows.String(i, 3), rows.String(i, 4),
                    rows.Timestamp(i, 5), time(6),                        time(7), rows.String(i, 8), rows.Int64(i, 9),
                    rows.Timestamp(i, 10)};
  // What cannot be read forbids nothing, and is none of ours: only checked rules are stored.
  boundary.rule.ParseFromString(rows.String(i, 2));
  return boundary;
}

}  // namespace vefa::contact
