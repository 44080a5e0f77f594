#include "libs/events/parking_store.h"

#include "libs/base/text.h"
#include "libs/events/parking.h"

namespace vefa::events {
namespace {

using postgres::Bind;
using postgres::BindBytes;
using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Statement;

constexpr size_t kReasonMax = 2000;
// Partition of what did not come by Kafka; its offset is then its version.
constexpr int32_t kFromLedger = -1;

const Statement kParkSubjects{
    "consumer_park_subjects",
    "INSERT INTO parked_subject AS p (consumer, tenant_id, subject, topic, kind, reason, first_version, next_attempt_time,"
    "   complete)"
    " SELECT $1, w.tenant_id, w.subject, w.topic, w.kind, w.reason, w.version,"
    "   CASE WHEN w.wait >= 0 THEN now() + w.wait * interval '1 second' END, w.complete"
    " FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::float8[], $9::boolean[])"
    "   AS w(tenant_id, subject, topic, kind, reason, version, wait, complete)"
    " ON CONFLICT (consumer, tenant_id, subject) DO UPDATE SET"
    "   first_version = least(p.first_version, excluded.first_version),"
    "   complete = p.complete OR (p.kind = 'GAP' AND excluded.complete),"
    "   next_attempt_time = CASE WHEN p.kind = 'GAP' AND excluded.complete THEN now() ELSE p.next_attempt_time END"};

// What comes from a ledger is nobody's dead letter.
const Statement kParkEvents{
    "consumer_park_events",
    "INSERT INTO parked_event (consumer, tenant_id, subject, version, event_id, topic, part, off, event_type, reason,"
    "   headers, payload, copied)"
    " SELECT $1, w.*, w.part < 0"
    " FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::uuid[], $6::text[], $7::int[], $8::bigint[], $9::text[],"
    "   $10::text[], $11::bytea[], $12::bytea[])"
    "   AS w(tenant_id, subject, version, event_id, topic, part, off, event_type, reason, headers, payload)"
    " ON CONFLICT (consumer, tenant_id, subject, version, event_id) DO UPDATE"
    "   SET headers = excluded.headers, event_type = excluded.event_type WHERE parked_event.headers IS NULL"};

const Statement kRefuse{
    "consumer_refuse",
    "INSERT INTO unreadable_record (consumer, topic, part, off, reason, detail, record_key, headers, value, unknown_tenant)"
    " SELECT $1, w.topic, w.part, w.off, w.reason, w.detail, w.record_key, w.headers,"
    "   CASE WHEN NOT w.no_value THEN w.value END, nullif(w.tenant, '00000000-0000-0000-0000-000000000000')"
    " FROM unnest($2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::bytea[], $9::bytea[],"
    "   $10::boolean[], $11::uuid[])"
    "   AS w(topic, part, off, reason, detail, record_key, headers, value, no_value, tenant)"
    " ON CONFLICT DO NOTHING"};

// The headers that the owner's relay would have given it.
std::string MadeHeaders(const Event& event) {
  Source source;
  source.topic = event.topic;
  // `vefa.<service>.v1`; other topics exist in tests only.
  size_t dot = event.topic.find('.');
  source.service = dot == std::string::npos ? "unknown" : event.topic.substr(dot + 1, event.topic.find('.', dot + 1) - dot - 1);
  source.data_schema = event.data_schema;
  source.incarnation = event.incarnation;
  return PackHeaders(ToRecord(event, source).headers);
}

}  // namespace

const char* ParkKindName(ParkKind kind) {
  switch (kind) {
    case ParkKind::kPoison: return "POISON";
    case ParkKind::kGap: return "GAP";
    case ParkKind::kFork: return "FORK";
    case ParkKind::kRestored: return "RESTORED";
  }
  return "";
}

Call ParkSubjectsCall(const std::string& consumer, std::span<const ParkedSubject> subjects) {
  std::vector<Uuid> tenants;
  std::vector<std::string> names, topics, kinds, reasons;
  std::vector<int64_t> versions;
  std::vector<double> waits;
  std::vector<bool> complete;
  for (const ParkedSubject& subject : subjects) {
    tenants.push_back(subject.key.first);
    names.push_back(subject.key.second);
    topics.push_back(subject.topic);
    kinds.emplace_back(ParkKindName(subject.kind));
    reasons.push_back(subject.reason);
    versions.push_back(subject.first_version);
    waits.push_back(subject.next_attempt ? static_cast<double>(subject.next_attempt->count()) / 1000 : -1);
    complete.push_back(subject.complete);
  }
  return {&kParkSubjects, Bound(consumer, tenants, names, topics, kinds, reasons, versions, waits, complete)};
}

Call ParkEventsCall(const std::string& consumer, std::span<const ParkedEvent> events) {
  std::vector<Uuid> tenants, ids;
  std::vector<std::string> subjects, topics, types, reasons, headers, payloads;
  std::vector<int64_t> versions, offsets;
  std::vector<int32_t> parts;
  for (const ParkedEvent& parked : events) {
    const Event& event = *parked.event;
    tenants.push_back(event.tenant);
    subjects.push_back(event.subject);
    versions.push_back(event.aggregate_version);
    ids.push_back(event.id);
    topics.push_back(event.topic);
    parts.push_back(parked.headers == nullptr ? kFromLedger : event.partition);
    offsets.push_back(parked.headers == nullptr ? event.aggregate_version : event.offset);
    types.push_back(event.type);
    reasons.push_back(parked.reason);
    headers.push_back(parked.headers == nullptr ? MadeHeaders(event) : PackHeaders(*parked.headers));
    payloads.push_back(event.payload);
  }
  return {&kParkEvents, Bound(consumer, tenants, subjects, versions, ids, topics, parts, offsets, types, reasons,
                              BindBytes(headers), BindBytes(payloads))};
}

Call RefuseCall(const std::string& consumer, std::span<const Refusal> refused) {
  std::vector<std::string> topics, reasons, details, keys, headers, values;
  std::vector<int32_t> parts;
  std::vector<int64_t> offsets;
  std::vector<bool> no_value;
  std::vector<Uuid> tenants;
  for (const Refusal& refusal : refused) {
    const kafka::Message& record = refusal.record;
    topics.push_back(record.topic);
    parts.push_back(record.partition);
    offsets.push_back(record.offset);
    reasons.push_back(refusal.why.reason);
    details.push_back(refusal.why.message);
    keys.push_back(record.key);
    headers.push_back(PackHeaders(record.headers));
    values.push_back(record.value);
    no_value.push_back(record.tombstone);
    tenants.push_back(refusal.unknown_tenant);
  }
  return {&kRefuse, Bound(consumer, topics, parts, offsets, reasons, details, BindBytes(keys), BindBytes(headers),
                          BindBytes(values), no_value, tenants)};
}

Result<Event> ReadParked(const Rows& rows, int row, int first) {
  if (rows.IsNull(row, first + 5))
    return Error{Code::kDataLoss, "HEADERS_UNKNOWN", "Release 0.1 parked the event without its headers."};
  VEFA_TRY(kafka::Headers headers, UnpackHeaders(rows.Text(row, first + 5)));
  kafka::Message message{rows.String(row, first), rows.Int32(row, first + 1), rows.Int64(row, first + 2),
                         rows.Id(row, first + 3).ToString() + "/" + rows.String(row, first + 4),
                         rows.String(row, first + 6), std::move(headers), false};
  return TakeEvent(message);
}

std::string ReasonText(const Error& error) {
  std::string text = error.reason + ": " + error.message;
  auto detail = error.metadata.find("detail");
  if (detail != error.metadata.end()) text += " (" + detail->second + ")";
  if (!IsUtf8(text)) text = error.reason;
  // Cut between characters.
  size_t end = std::min(text.size(), kReasonMax);
  while (end < text.size() && end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

}  // namespace vefa::events
