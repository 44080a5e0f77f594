// The consents of contact_store.h.
#include "services/contact/contact_store.h"

#include <algorithm>

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/contact/contact_events.h"
#include "services/contact/merge/merge_store.h"

namespace vefa::contact {
namespace {

using postgres::Bind;
using postgres::BindBytes;
using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

const Statement kRecordConsents{
    "consent_record",
    "WITH input AS (SELECT * FROM unnest($2::int[], $3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::smallint[],"
    "    $8::text[], $9::timestamptz[], $10::uuid[], $11::text[], $12::bytea[], $14::text[], $15::uuid[], $16::smallint[],"
    "    $17::text[], $18::int[], $19::bytea[], $20::text[], $21::uuid[], $22::bytea[], $23::uuid[], $24::boolean[])"
    "  AS i(ord, contact_id, external_id, purpose, channel, state, source, occur_time, event_id, event_type, payload,"
    "    traceparent, causation_id, recipient_type, capture_source, text_version, form_hash, actor, key_id, box, point_id, unused_point)),"
    // By one name or the other, each by equality: a plan that was made while there were few people, and is kept until statistics are there,
    // compares every line with everybody for an OR. Nobody has the nil id or an empty external one.
    " target AS (SELECT i.*, c.id, c.erase_time IS NOT NULL AS erased, c.merged_into, c.absorbed FROM input i"
    "    JOIN contact c ON c.tenant_id = $1 AND c.id = i.contact_id"
    "   UNION ALL SELECT i.*, c.id, c.erase_time IS NOT NULL, c.merged_into, c.absorbed FROM input i"
    "    JOIN contact c ON c.tenant_id = $1 AND c.external_id = i.external_id),"
    " fresh AS (SELECT * FROM target t WHERE NOT t.erased AND NOT EXISTS (SELECT 1 FROM consent_log l WHERE l.tenant_id = $1"
    "    AND l.contact_id = t.id AND l.purpose = t.purpose AND l.channel = t.channel AND l.state = t.state"
    "    AND l.occur_time = t.occur_time AND l.point_id = t.point_id)),"
    " changed AS (UPDATE contact c SET version = c.version + 1 FROM fresh f"
    "    WHERE c.tenant_id = $1 AND c.id = f.id AND c.erase_time IS NULL RETURNING c.id, c.version),"
    " line AS (INSERT INTO consent_log (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time,"
    "      recipient_type, capture_source, text_version, form_hash, actor, origin_key_id, origin_box, point_id)"
    "    SELECT $1, f.id, f.purpose, f.channel, f.state, f.source, f.occur_time, $13, f.recipient_type, f.capture_source,"
    "      f.text_version, f.form_hash, f.actor, CASE WHEN f.box <> '' THEN f.key_id END, nullif(f.box, ''), f.point_id"
    "    FROM changed c JOIN fresh f USING (id) RETURNING contact_id, line),"
    " present AS (INSERT INTO consent_state AS s (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time,"
    "      line)"
    "    SELECT $1, f.id, f.purpose, f.channel, f.state, f.source, f.occur_time, $13, l.line"
    "    FROM line l JOIN fresh f ON f.id = l.contact_id WHERE NOT f.unused_point"
    "    ON CONFLICT (tenant_id, contact_id, purpose, channel) DO UPDATE SET state = excluded.state,"
    "      source = excluded.source, occur_time = excluded.occur_time, record_time = excluded.record_time, line = excluded.line"
    "    WHERE s.occur_time <= excluded.occur_time OR s.state = 0),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS(
        "$1, 'contacts/' || c.id, c.version, f.event_id, f.event_type, f.occur_time, f.traceparent,"
        " nullif(f.causation_id, '00000000-0000-0000-0000-000000000000'), f.payload")
    "    FROM changed c JOIN fresh f USING (id))"
    " SELECT t.ord, t.id, t.erased, c.version, t.absorbed > 0, t.merged_into FROM target t LEFT JOIN changed c USING (id), logged"};

const Statement kOriginKeys{"consent_origin_keys",
                            "INSERT INTO pii_key (tenant_id, key_id, contact_id, wrapped_key, create_time)"
                            " SELECT $1, key_id, contact_id, wrapped_key, $5"
                            " FROM unnest($2::uuid[], $3::uuid[], $4::bytea[]) AS i(key_id, contact_id, wrapped_key)"};

// What proves consents, and of which address they are, column by column.
struct Evidence {
  std::vector<int16_t> recipient_types;
  std::vector<int32_t> text_versions;
  std::vector<std::string> capture_sources, form_hashes, actors, boxes;
  std::vector<Uuid> key_ids, points;
  std::vector<bool> unused_points;

  void Add(const ConsentOf& of) {
    recipient_types.push_back(of.consent.recipient_type);
    capture_sources.push_back(of.consent.capture_source);
    text_versions.push_back(of.consent.text_version);
    form_hashes.push_back(of.consent.form_hash);
    actors.push_back(of.consent.actor);
    key_ids.push_back(of.origin ? of.origin->key_id : Uuid{});
    boxes.push_back(of.origin ? of.origin->box.SerializeAsString() : "");
    points.push_back(of.consent.point);
    unused_points.push_back(of.consent.unused_point);
  }
};

// Keys of the origins of lines that are new. Their contacts are locked by then: an erasure comes after and finds them.
Status KeepOriginKeys(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<ConsentOf>& consents,
                      const std::vector<RecordedConsent>& recorded, const Clock& clock) {
  std::vector<Uuid> keys, contacts;
  std::vector<std::string> wrapped;
  for (size_t i = 0; i < consents.size(); ++i) {
    if (!consents[i].origin || recorded[i].outcome != Recorded::kNew) continue;
    keys.push_back(consents[i].origin->key_id);
    contacts.push_back(recorded[i].contact.id);
    wrapped.push_back(consents[i].origin->wrapped_key);
  }
  if (!keys.empty())
    VEFA_TRY_OK(transaction.Execute(kOriginKeys, Bound(tenant, keys, contacts, BindBytes(wrapped), clock.Now())));
  return Ok();
}

}  // namespace

Result<std::vector<RecordedConsent>> RecordConsents(postgres::Transaction& transaction, const Uuid& tenant,
                                                    const std::vector<ConsentOf>& consents, const Clock& clock) {
  std::vector<int32_t> ords;
  std::vector<Uuid> contacts, event_ids, causes;
  std::vector<std::string> external_ids, purposes, sources, types, payloads, traces;
  Evidence evidence;
  const std::string trace = telemetry::CurrentTrace().traceparent();
  std::vector<int16_t> channels, states;
  std::vector<Time> times;
  for (const ConsentOf& of : consents) {
    ords.push_back(static_cast<int32_t>(ords.size()));
    contacts.push_back(of.contact);
    external_ids.push_back(of.contact.is_nil() ? of.external_id : "");
    purposes.push_back(of.consent.purpose);
    channels.push_back(static_cast<int16_t>(of.consent.channel));
    states.push_back(static_cast<int16_t>(of.consent.state));
    sources.push_back(of.consent.source);
    times.push_back(of.consent.occur_time);
    event_ids.push_back(NewUuidV7(clock));
    types.push_back(ConsentType(of.consent));
    payloads.push_back(ConsentPayload(of.contact, of.consent));
    traces.push_back(of.causation_id.is_nil() ? trace : of.traceparent);
    causes.push_back(of.causation_id);
    evidence.Add(of);
  }
  auto rows = transaction.Execute(
      kRecordConsents, Bound(tenant, ords, contacts, external_ids, purposes, channels, states, sources, times,
                             event_ids, types, BindBytes(payloads), clock.Now(), traces, causes, evidence.recipient_types,
                             evidence.capture_sources, evidence.text_versions, BindBytes(evidence.form_hashes), evidence.actors,
                             evidence.key_ids, BindBytes(evidence.boxes), evidence.points, evidence.unused_points));
  if (!rows.ok()) {
    Error error = std::move(rows).error();
    // A twin recorded the same line in between: read it again.
    if (postgres::ConstraintOf(error) == "consent_log_once")
      return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The same consent is being recorded; try again."};
    return error;
  }
  std::vector<RecordedConsent> all(consents.size());
  std::vector<Uuid> united;
  for (int i = 0; i < rows->size(); ++i) {
    RecordedConsent& one = all[static_cast<size_t>(rows->Int32(i, 0))];
    one.outcome = !rows->IsNull(i, 3) ? Recorded::kNew : rows->Bool(i, 2) ? Recorded::kErased : Recorded::kRepeated;
    if (one.outcome != Recorded::kNew) continue;
    one.contact = {rows->Id(i, 1), rows->Int64(i, 3)};
    // Of those who are one with another, what holds is to be settled again.
    if (rows->Bool(i, 4)) united.push_back(rows->Id(i, 1));
    else if (!rows->IsNull(i, 5)) united.push_back(rows->Id(i, 5));
  }
  for (const Uuid& survivor : united) VEFA_TRY_OK(SettleConsents(transaction, tenant, survivor));
  VEFA_TRY_OK(KeepOriginKeys(transaction, tenant, consents, all, clock));
  return all;
}

}  // namespace vefa::contact
