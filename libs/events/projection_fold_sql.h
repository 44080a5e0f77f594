#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/events/consumer_core.h"
#include "libs/postgres/connection.h"

// The statements of ProjectionFold, where names without a schema are the shadow's; nobody else includes this.
namespace vefa::events {

inline const postgres::Statement kFoldReadMarks{
    "fold_read_marks",
    "SELECT w.tenant_id, w.subject, coalesce(a.version, 0), coalesce(a.event_id, zero.id), coalesce(a.incarnation, "
    "zero.id),"
    "  EXISTS (SELECT FROM \"~parked\" k WHERE k.tenant_id = w.tenant_id AND k.subject = w.subject), "
    "coalesce(l.version, 0)"
    " FROM unnest($2::uuid[], $3::text[]) AS w(tenant_id, subject)"
    " CROSS JOIN (VALUES ('00000000-0000-0000-0000-000000000000'::uuid)) AS zero(id)"
    " LEFT JOIN applied_version a ON a.consumer = $1 AND a.tenant_id = w.tenant_id AND a.subject = w.subject"
    " LEFT JOIN \"applied_version~live\" l ON l.consumer = $1 AND l.tenant_id = w.tenant_id AND l.subject = w.subject"};

inline const postgres::Statement kFoldWriteMarks{
    "fold_write_marks",
    "INSERT INTO applied_version (consumer, tenant_id, subject, version, event_id, incarnation)"
    " SELECT $1, m.tenant_id, m.subject, m.version, m.event_id,"
    "  NULLIF(m.incarnation, '00000000-0000-0000-0000-000000000000')"
    " FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::uuid[], $6::uuid[])"
    "   AS m(tenant_id, subject, version, event_id, incarnation)"
    " ON CONFLICT (consumer, tenant_id, subject) DO UPDATE"
    "   SET version = excluded.version, event_id = excluded.event_id, incarnation = excluded.incarnation"};

// What an operator gave up for the live consumer.
inline const postgres::Statement kFoldReadSkipped{
    "fold_read_skipped",
    "SELECT k.tenant_id, k.subject, k.version FROM unnest($2::uuid[], $3::text[]) AS w(tenant_id, subject)"
    " JOIN skipped_event k ON k.consumer = $1 AND k.tenant_id = w.tenant_id AND k.subject = w.subject"};

inline const postgres::Statement kFoldPark{
    "fold_park",
    "INSERT INTO \"~parked\" SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING"};

inline postgres::Params FoldMarkParams(const std::string& consumer, const std::map<SubjectKey, Watermark>& moved) {
  std::vector<Uuid> tenants, ids, incarnations;
  std::vector<std::string> subjects;
  std::vector<int64_t> versions;
  for (const auto& [key, mark] : moved) {
    tenants.push_back(key.first);
    subjects.push_back(key.second);
    versions.push_back(mark.version);
    ids.push_back(mark.event_id);
    incarnations.push_back(mark.incarnation);
  }
  return postgres::Bound(consumer, tenants, subjects, versions, ids, incarnations);
}

}  // namespace vefa::events
