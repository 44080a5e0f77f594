#pragma once

#include <map>
#include <string>
#include <utility>

#include "libs/events/event.h"
#include "libs/postgres/connection.h"

// The statements of Subscriber; nobody else includes this.
namespace vefa::events {

inline const postgres::Statement kReadPositions{
    "consumer_read_positions", "SELECT topic, part, next_offset FROM consumer_position WHERE consumer = $1"};

// Compare and move: a partition is created at its first batch or moved from the expected offset.
inline const postgres::Statement kMovePositions{
    "consumer_move_positions",
    "INSERT INTO consumer_position AS p (consumer, topic, part, next_offset)"
    " SELECT $1, n.topic, n.part, n.next_offset"
    " FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS n(topic, part, expected, next_offset)"
    " ORDER BY n.topic, n.part"
    " ON CONFLICT (consumer, topic, part) DO UPDATE SET next_offset = excluded.next_offset, update_time = now()"
    " WHERE p.next_offset = (SELECT e.expected FROM unnest($2::text[], $3::int[], $4::bigint[]) AS e(topic, part, expected)"
    "                        WHERE e.topic = p.topic AND e.part = p.part)"};

// Locks in the order of the key, so that two batches cannot wait for each other.
inline const postgres::Statement kReadVersions{
    "consumer_read_versions",
    "SELECT a.tenant_id, a.subject, a.version,"
    "  EXISTS (SELECT 1 FROM parked_event k WHERE k.consumer = $1 AND k.tenant_id = a.tenant_id AND k.subject = a.subject)"
    " FROM unnest($2::uuid[], $3::text[]) AS w(tenant_id, subject)"
    " JOIN applied_version a ON a.consumer = $1 AND a.tenant_id = w.tenant_id AND a.subject = w.subject"
    " ORDER BY a.tenant_id, a.subject FOR UPDATE OF a"};

inline const postgres::Statement kWriteVersions{
    "consumer_write_versions",
    "INSERT INTO applied_version (consumer, tenant_id, subject, version, event_id)"
    " SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::uuid[])"
    " ON CONFLICT (consumer, tenant_id, subject) DO UPDATE SET version = excluded.version, event_id = excluded.event_id"};

inline const postgres::Statement kPark{
    "consumer_park",
    "INSERT INTO parked_event (consumer, tenant_id, subject, version, topic, part, off, event_id, reason, payload)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"};

inline postgres::Params ParkParams(const std::string& consumer, const Event& event, const std::string& reason) {
  return postgres::Bound(consumer, event.tenant, event.subject, event.aggregate_version, event.topic, event.partition,
                         event.offset, event.id, reason, postgres::Bytes{event.payload});
}

inline postgres::Params VersionParams(const std::string& consumer,
                                      const std::map<std::pair<Uuid, std::string>, const Event*>& last) {
  std::vector<Uuid> tenants;
  std::vector<std::string> subjects;
  std::vector<int64_t> versions;
  std::vector<Uuid> ids;
  for (const auto& [key, event] : last) {
    tenants.push_back(key.first);
    subjects.push_back(key.second);
    versions.push_back(event->aggregate_version);
    ids.push_back(event->id);
  }
  return postgres::Bound(consumer, tenants, subjects, versions, ids);
}

}  // namespace vefa::events
