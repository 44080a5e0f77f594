#include "libs/events/dead_letters.h"

#include "libs/events/consumer_marks.h"
#include "libs/events/parking.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kLettersMax = 100;
constexpr int64_t kLetterBytesMax = 8 << 20;
// What Kafka takes, less what the headers need.
constexpr size_t kValueMax = 1'000'000;
// Refused records of a consumer that are kept once they are copied.
constexpr int32_t kRefusedMax = 10000;
constexpr std::chrono::seconds kLettersTimeout(20);
// Within a transaction that PostgreSQL ends after ten seconds without a statement.
constexpr std::chrono::seconds kPublishTimeout(5);

// One replica copies at a time, so that nothing is copied once by each.
const Statement kLockLetters{"dead_letters_lock", "SELECT pg_try_advisory_xact_lock(hashtext('dead_letters'), hashtext($1))"};
const Statement kReadUncopied{
    "dead_letters_parked",
    "SELECT e.tenant_id, e.subject, e.version, e.event_id, e.topic, e.part, e.off, e.headers, e.payload, e.reason FROM ("
    " SELECT k.*, sum(octet_length(k.payload)) OVER w AS bytes, row_number() OVER w AS n"
    "   FROM parked_event k JOIN parked_subject p USING (consumer, tenant_id, subject)"
    "  WHERE k.consumer = $1 AND NOT k.copied AND (p.kind <> 'GAP' OR p.park_time < now() - $2 * interval '1 second')"
    " WINDOW w AS (ORDER BY k.park_time, k.subject, k.version, k.event_id) LIMIT $3) e WHERE e.bytes <= $4 OR e.n = 1 ORDER BY e.n"};
const Statement kReadRefused{
    "dead_letters_refused",
    "SELECT e.topic, e.part, e.off, e.record_key, e.headers, e.value, e.reason, e.value IS NULL FROM ("
    " SELECT k.*, sum(coalesce(octet_length(k.value), 0)) OVER w AS bytes, row_number() OVER w AS n"
    "   FROM unreadable_record k WHERE k.consumer = $1 AND NOT k.copied"
    " WINDOW w AS (ORDER BY k.refuse_time, k.topic, k.part, k.off) LIMIT $2) e WHERE e.bytes <= $3 OR e.n = 1 ORDER BY e.n"};
const Statement kNoteParked{
    "dead_letters_note_parked",
    "UPDATE parked_event e SET copied = true FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::uuid[])"
    "   AS w(tenant_id, subject, version, event_id)"
    " WHERE e.consumer = $1 AND e.tenant_id = w.tenant_id AND e.subject = w.subject AND e.version = w.version"
    "   AND e.event_id = w.event_id"};
const Statement kNoteRefused{
    "dead_letters_note_refused",
    "UPDATE unreadable_record e SET copied = true FROM unnest($2::text[], $3::int[], $4::bigint[]) AS w(topic, part, off)"
    " WHERE e.consumer = $1 AND e.topic = w.topic AND e.part = w.part AND e.off = w.off"};
const Statement kPruneLetters{
    "dead_letters_prune",
    "DELETE FROM unreadable_record WHERE consumer = $1 AND copied AND unknown_tenant IS NULL AND refuse_time <"
    " (SELECT refuse_time FROM unreadable_record WHERE consumer = $1 ORDER BY refuse_time DESC OFFSET $2 LIMIT 1)"};

}  // namespace

void DeadLetters::Address(Letter& letter, const std::string& reason) const {
  kafka::Record& record = letter.record;
  record.topic = topic_;
  if (record.value.size() > kValueMax) {
    record.value.clear();
    record.headers.emplace_back("dlq_value", "too large; it is kept where it was read");
  }
  record.headers.emplace_back("dlq_reason", reason);
  record.headers.emplace_back("dlq_consumer", consumer_);
  record.headers.emplace_back("dlq_topic", letter.topic);
  record.headers.emplace_back("dlq_partition", std::to_string(letter.part));
  record.headers.emplace_back("dlq_offset", std::to_string(letter.offset));
}

Result<std::vector<DeadLetters::Letter>> DeadLetters::Read(postgres::Transaction& transaction) {
  VEFA_TRY(auto read, transaction.ExecuteAll(
                          {{&kReadUncopied, Bound(consumer_, static_cast<double>(wait_.count()) / 1000, kLettersMax, kLetterBytesMax)},
                           {&kReadRefused, Bound(consumer_, kLettersMax, kLetterBytesMax)}}));
  std::vector<Letter> letters;
  const postgres::Rows& parked = read[0];
  for (int i = 0; i < parked.size(); ++i) {
    Letter letter{{}, true, parked.Id(i, 0), parked.String(i, 1), parked.Int64(i, 2), parked.Id(i, 3),
                  parked.String(i, 4), parked.Int32(i, 5), parked.Int64(i, 6)};
    letter.record.key = letter.tenant.ToString() + "/" + letter.subject;
    letter.record.value = parked.String(i, 8);
    if (parked.IsNull(i, 7)) {
      // Of release 0.1, which kept no headers.
      letter.record.headers = {{"ce_id", letter.id.ToString()}, {"ce_aggversion", std::to_string(letter.version)}};
    } else {
      VEFA_TRY(letter.record.headers, UnpackHeaders(parked.Text(i, 7)));
    }
    Address(letter, parked.String(i, 9));
    letters.push_back(std::move(letter));
  }
  const postgres::Rows& refused = read[1];
  for (int i = 0; i < refused.size(); ++i) {
    Letter letter{{}, false, {}, {}, 0, {}, refused.String(i, 0), refused.Int32(i, 1), refused.Int64(i, 2)};
    letter.record.key = refused.String(i, 3);
    letter.record.value = refused.String(i, 5);
    VEFA_TRY(letter.record.headers, UnpackHeaders(refused.Text(i, 4)));
    if (refused.Bool(i, 7)) letter.record.headers.emplace_back("dlq_value", "null");
    Address(letter, refused.String(i, 6));
    letters.push_back(std::move(letter));
  }
  return letters;
}

Status DeadLetters::Note(postgres::Transaction& transaction, const std::vector<Letter>& letters,
                         const std::vector<bool>& copied) {
  std::vector<Uuid> tenants, ids;
  std::vector<std::string> subjects, topics;
  std::vector<int64_t> versions, offsets;
  std::vector<int32_t> parts;
  for (size_t i = 0; i < letters.size(); ++i) {
    if (!copied[i]) continue;
    const Letter& letter = letters[i];
    if (letter.parked) {
      tenants.push_back(letter.tenant);
      subjects.push_back(letter.subject);
      versions.push_back(letter.version);
      ids.push_back(letter.id);
    } else {
      topics.push_back(letter.topic);
      parts.push_back(letter.part);
      offsets.push_back(letter.offset);
    }
  }
  if (tenants.empty() && topics.empty()) return Ok();
  VEFA_TRY_OK(transaction.ExecuteAll({{&kNoteParked, Bound(consumer_, tenants, subjects, versions, ids)},
                                      {&kNoteRefused, Bound(consumer_, topics, parts, offsets)},
                                      {&kPruneLetters, Bound(consumer_, kRefusedMax)}}));
  metrics_.dead_letters.Add(static_cast<double>(tenants.size() + topics.size()));
  return Ok();
}

Result<bool> DeadLetters::Copy(const std::function<bool()>& stop) {
  if (topic_.empty()) return false;
  VEFA_TRY(postgres::Transaction transaction, pump_.Begin(Scope::EveryTenant(), Deadline::After(kLettersTimeout)));
  VEFA_TRY(auto begun, transaction.ExecuteAll({LimitsCall(), {&kLockLetters, Bound(consumer_)}}));
  if (!begun[1].Bool(0, 0)) return false;
  VEFA_TRY(std::vector<Letter> letters, Read(transaction));
  if (letters.empty()) return false;
  std::vector<kafka::Record> records;
  for (Letter& letter : letters) records.push_back(std::move(letter.record));
  std::vector<bool> copied = producer_.Publish(records, Deadline::After(kPublishTimeout), stop);
  VEFA_TRY_OK(Note(transaction, letters, copied));
  VEFA_TRY_OK(transaction.Commit());
  for (bool one : copied)
    if (!one) return Unavailable("KAFKA_UNAVAILABLE", "Kafka did not take every dead letter; they are tried again.");
  return true;
}

}  // namespace vefa::events
