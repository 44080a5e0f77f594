#include "services/interaction/timeline/timeline_store.h"

#include "libs/rpc/page.h"
#include "services/interaction/timeline/timeline_proto.h"

namespace vefa::interaction {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

// In the order of the key, so that two batches cannot wait for each other.
const Statement kAdd{
    "timeline_add",
    "INSERT INTO timeline_entry (tenant_id, contact_id, id, kind, occur_time, record_time, subject, facts)"
    " SELECT tenant_id, contact_id, id, kind, occur_time, record_time, subject, facts::jsonb"
    " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], $7::text[],"
    "   $8::text[]) AS i(tenant_id, contact_id, id, kind, occur_time, record_time, subject, facts)"
    " ORDER BY tenant_id, contact_id, id ON CONFLICT DO NOTHING"};

const Statement kKeepParts{
    "timeline_keep_parts",
    "INSERT INTO contact_part AS p (tenant_id, contact_id, survivor_id)"
    " SELECT tenant_id, contact_id, nullif(survivor_id, '00000000-0000-0000-0000-000000000000')"
    " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS i(tenant_id, contact_id, survivor_id) ORDER BY tenant_id, contact_id"
    " ON CONFLICT (tenant_id, contact_id) DO UPDATE SET survivor_id = excluded.survivor_id"};

const Statement kKeepLimits{
    "timeline_keep_limits",
    "INSERT INTO contact_limit AS l (tenant_id, contact_id, unscored)"
    " SELECT tenant_id, contact_id, unscored FROM unnest($1::uuid[], $2::uuid[], $3::bool[]) AS i(tenant_id, contact_id, unscored)"
    " ORDER BY tenant_id, contact_id ON CONFLICT (tenant_id, contact_id) DO UPDATE SET unscored = excluded.unscored"};

// Of the contact and of whoever is a part of it, page by page each: there are few.
const Statement kRead{
    "timeline_read",
    "WITH RECURSIVE whole AS (SELECT $2::uuid AS contact_id, 0 AS level UNION ALL"
    "  SELECT p.contact_id, w.level + 1 FROM whole w JOIN contact_part p ON p.tenant_id = $1 AND p.survivor_id = w.contact_id"
    "  WHERE w.level < $5)"
    " SELECT e.id, e.kind, e.occur_time, e.record_time, e.subject, e.facts::text, e.contact_id FROM whole w CROSS JOIN LATERAL"
    " (SELECT * FROM timeline_entry t WHERE t.tenant_id = $1 AND t.contact_id = w.contact_id AND t.id < $3"
    "  ORDER BY t.id DESC LIMIT $4) e ORDER BY e.id DESC LIMIT $4"};

}  // namespace

Status AddEntries(postgres::Transaction& transaction, const std::vector<TimelineEntry>& entries) {
  if (entries.empty()) return Ok();
  std::vector<Uuid> tenants, contacts, ids;
  std::vector<int16_t> kinds;
  std::vector<Time> occur_times, record_times;
  std::vector<std::string> subjects, facts;
  for (const TimelineEntry& entry : entries) {
    tenants.push_back(entry.tenant);
    contacts.push_back(entry.contact);
    ids.push_back(entry.id);
    kinds.push_back(static_cast<int16_t>(entry.kind));
    occur_times.push_back(entry.occur_time);
    record_times.push_back(entry.record_time);
    subjects.push_back(entry.subject);
    facts.push_back(FactsToJson(entry.facts));
  }
  VEFA_TRY_OK(transaction.Execute(
      kAdd, Bound(tenants, contacts, ids, kinds, occur_times, record_times, subjects, facts)));
  return Ok();
}

Status KeepParts(postgres::Transaction& transaction, const ContactParts& parts) {
  if (parts.empty()) return Ok();
  std::vector<Uuid> tenants, contacts, survivors;
  for (const auto& [contact, survivor] : parts) {
    tenants.push_back(contact.first);
    contacts.push_back(contact.second);
    survivors.push_back(survivor);
  }
  VEFA_TRY_OK(transaction.Execute(kKeepParts, Bound(tenants, contacts, survivors)));
  return Ok();
}

Status KeepLimits(postgres::Transaction& transaction, const ContactLimits& limits) {
  if (limits.empty()) return Ok();
  std::vector<Uuid> tenants, contacts;
  std::vector<bool> unscored;
  for (const auto& [contact, holds] : limits) {
    tenants.push_back(contact.first);
    contacts.push_back(contact.second);
    unscored.push_back(holds);
  }
  VEFA_TRY_OK(transaction.Execute(kKeepLimits, Bound(tenants, contacts, unscored)));
  return Ok();
}

Result<std::vector<TimelineEntry>> ReadTimeline(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                const std::optional<Uuid>& before, int size, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kRead,
                                   Bound(tenant, contact, before.value_or(rpc::AfterEveryId()), static_cast<int32_t>(size), int32_t{kPartLevelsMax}),
                                   deadline));
  std::vector<TimelineEntry> entries;
  for (int i = 0; i < rows.size(); ++i) {
    VEFA_TRY(auto facts, FactsFromJson(rows.Text(i, 5)));
    entries.push_back({tenant, rows.Id(i, 6), rows.Id(i, 0), static_cast<EntryKind>(rows.Int64(i, 1)), rows.Timestamp(i, 2),
                       rows.Timestamp(i, 3), rows.String(i, 4), std::move(facts)});
  }
  return entries;
}

}  // namespace vefa::interaction
