#include "services/notification/notification_store.h"

#include <set>
#include <unordered_map>

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/notification/frequency_store.h"
#include "services/notification/lanes.h"
#include "services/notification/notification_events.h"
#include "services/notification/suppression_store.h"

namespace vefa::notification {
namespace {

using postgres::BindBytes;
using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

const Statement kFindDecisions{"message_find_decisions",
                               "SELECT m.send_key, m.id, m.reason, h.until_time FROM message m LEFT JOIN message_hold h"
                               " ON h.tenant_id = $1 AND h.message_id = m.id WHERE m.tenant_id = $1 AND m.send_key = ANY($2)"};

// Keys are inserted in their order, so that two submissions of the same keys cannot wait for each
// other. Only what was really inserted gets an event and a place in a chunk: in that of its moment, which is 1970 for all that need not wait.
const Statement kRecordDecisions{
    "message_record_decisions",
    "WITH input AS (SELECT * FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::bytea[], $6::text[], $7::smallint[],"
    "    $8::uuid[], $9::text[], $10::bytea[], $20::boolean[], $21::timestamptz[])"
    "  AS i(id, send_key, contact_id, address_hash, language, reason, event_id, event_type, payload, essential, until_time)),"
    " stored AS (INSERT INTO content (tenant_id, id, content, create_time) VALUES ($1, $11, $12, $17)"
    "  ON CONFLICT DO NOTHING),"
    " decided AS ("
    "  INSERT INTO message (tenant_id, id, send_key, contact_id, originator, purpose, channel, content_id, address_hash,"
    "    language, reason, policy_version, create_time, essential)"
    "  SELECT $1, id, send_key, contact_id, $13, $14, $15, $11, address_hash, language, reason, $16, $17, essential FROM input"
    "  ORDER BY send_key COLLATE \"C\""
    "  ON CONFLICT ON CONSTRAINT message_send_key DO NOTHING RETURNING id, contact_id, reason),"
    " queued AS ("
    "  INSERT INTO send_chunk (tenant_id, id, lane, originator, purpose, channel, content_id, messages, contacts, attempt,"
    "    due_time, create_time, traceparent)"
    "  SELECT $1, c.chunk_id, c.lane, $13, $14, $15, $11, array_agg(d.id ORDER BY d.id), array_agg(d.contact_id ORDER BY d.id), 0,"
    "    greatest(c.until_time, $17), $17, $18 FROM decided d JOIN input i USING (id)"
    "   JOIN unnest($19::uuid[], $22::smallint[], $23::timestamptz[]) AS c(chunk_id, lane, until_time) USING (until_time)"
    "  WHERE d.reason = 0 GROUP BY c.chunk_id, c.lane, c.until_time),"
    " held AS (INSERT INTO message_hold (tenant_id, message_id, until_time)"
    "  SELECT $1, d.id, i.until_time FROM decided d JOIN input i USING (id) WHERE d.reason = 0 AND i.until_time > $17)"
    " SELECT " VEFA_APPEND_EVENTS("$1, 'messages/' || d.id, 1, i.event_id, i.event_type, $17, $18, NULL, i.payload")
    " FROM decided d JOIN input i USING (id)"};

const Statement kOrdinal{"tenant_ordinal_find", "SELECT ordinal FROM tenant_ordinal WHERE tenant_id = $1"};
const Statement kGiveOrdinal{"tenant_ordinal_give",
                             "INSERT INTO tenant_ordinal (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING"};
const Statement kTenantOf{"tenant_ordinal_read", "SELECT tenant_id FROM tenant_ordinal WHERE ordinal = $1"};

const Statement kFindTarget{
    "unsubscribe_find",
    "SELECT contact_id, originator, purpose, channel, address_hash, language, EXISTS (SELECT 1 FROM message_unsubscribe u"
    "  WHERE u.tenant_id = $1 AND u.message_id = $2) FROM message WHERE tenant_id = $1 AND id = $2 AND reason = 0"};

const Statement kUnsubscribe{
    "unsubscribe_record",
    "WITH fresh AS (INSERT INTO message_unsubscribe (tenant_id, message_id, create_time) VALUES ($1, $2, $3)"
    "   ON CONFLICT DO NOTHING RETURNING message_id)"
    " SELECT " VEFA_APPEND_EVENTS("$1, 'messages/' || message_id, 2 + (SELECT count(*) FROM send_result r"
    "   WHERE r.tenant_id = $1 AND r.message_id = $2 AND r.state <> 7), $4, 'message.unsubscribed', $3, $5, NULL, $6")
    " FROM fresh"};

Result<std::vector<Decision>> ToDecisions(const Rows& rows) {
  std::vector<Decision> decisions;
  for (int i = 0; i < rows.size(); ++i)
    decisions.push_back({rows.String(i, 0), rows.Id(i, 1), static_cast<Refusal>(rows.Int32(i, 2)),
                         rows.IsNull(i, 3) ? std::nullopt : std::optional<Time>(rows.Timestamp(i, 3))});
  return decisions;
}

// `refusals` are the messages' own, or what their people's limits made of them.
postgres::Call RecordCall(const Submission& submission, const std::vector<Refusal>& refusals, const Clock& clock) {
  std::vector<Uuid> ids, contacts, event_ids, chunks;
  std::vector<std::string> keys, hashes, languages, types, payloads;
  std::vector<int16_t> reasons, lanes;
  std::vector<bool> essential;
  std::vector<Time> until;
  for (size_t i = 0; i < submission.messages.size(); ++i) {
    const NewMessage& message = submission.messages[i];
    ids.push_back(message.info.id);
    keys.push_back(message.send_key);
    contacts.push_back(message.info.contact);
    hashes.push_back(message.address_hash);
    languages.push_back(message.language);
    reasons.push_back(static_cast<int16_t>(refusals[i]));
    event_ids.push_back(NewUuidV7(clock));
    types.push_back(DecisionType(refusals[i]));
    payloads.push_back(DecisionPayload(message.info, refusals[i]));
    essential.push_back(message.essential);
    until.push_back(message.hold_until.value_or(Time{}));
  }
  const std::set<Time> moments(until.begin(), until.end());
  for (size_t i = 0; i < moments.size(); ++i) {
    chunks.push_back(NewUuidV7(clock));
    lanes.push_back(LaneOf(chunks.back()));
  }
  const MessageInfo& first = submission.messages.front().info;
  return {&kRecordDecisions,
          Bound(submission.tenant, ids, keys, contacts, BindBytes(hashes), languages, reasons, event_ids, types,
                BindBytes(payloads), submission.content_id, postgres::Bytes{submission.content}, first.originator,
                first.purpose, static_cast<int16_t>(first.channel), static_cast<int32_t>(kPolicyVersion), clock.Now(),
                telemetry::CurrentTrace().traceparent(), chunks, essential, until, lanes,
                std::vector<Time>(moments.begin(), moments.end()))};
}

std::vector<Refusal> RefusalsOf(const Submission& submission) {
  std::vector<Refusal> refusals;
  for (const NewMessage& message : submission.messages) refusals.push_back(message.refusal);
  return refusals;
}

// What is left after the limits of those who have some, counted as of the moment when their message would leave.
Result<std::vector<Refusal>> HeldToLimits(postgres::Transaction& transaction, const Submission& submission, const Clock& clock) {
  std::vector<Refusal> refusals = RefusalsOf(submission);
  std::vector<size_t> limited;
  std::vector<Uuid> contacts;
  std::vector<Count> counts;
  for (size_t i = 0; i < submission.messages.size(); ++i) {
    const NewMessage& message = submission.messages[i];
    if (message.refusal != Refusal::kNone || message.essential || !message.wishes.limits()) continue;
    limited.push_back(i);
    contacts.push_back(message.info.contact);
    counts.push_back({message.info.contact, SinceWhen(message.wishes, message.hold_until.value_or(clock.Now()))});
  }
  if (limited.empty()) return refusals;
  VEFA_TRY(auto rows, transaction.ExecuteAll({HoldFrequencyCall(submission.tenant, contacts), CountHandedOverCall(submission.tenant, counts)}));
  std::unordered_map<Uuid, int64_t> accepted;  // Of this submission.
  for (size_t at = 0; at < limited.size(); ++at) {
    const NewMessage& message = submission.messages[limited[at]];
    HandedOver handed = HandedOverOf(rows.back(), static_cast<int>(at));
    int64_t& own = accepted[message.info.contact];
    handed.today += own;
    handed.week += own;
    if (IsLimitReached(message.wishes, handed)) {
      refusals[limited[at]] = Refusal::kFrequencyCap;
    } else {
      ++own;
    }
  }
  return refusals;
}

}  // namespace

Result<std::vector<Decision>> FindDecisions(postgres::Database& database, const Uuid& tenant,
                                            const std::vector<std::string>& send_keys, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kFindDecisions, Bound(tenant, send_keys), deadline));
  return ToDecisions(rows);
}

Result<std::vector<Decision>> RecordDecisions(postgres::Database& database, const Submission& submission,
                                              const Clock& clock, Deadline deadline) {
  std::vector<std::string> keys;
  for (const NewMessage& message : submission.messages) keys.push_back(message.send_key);
  return postgres::InTransaction(
      database, Scope::Tenant(submission.tenant), deadline,
      [&](postgres::Transaction& transaction) -> Result<std::vector<Decision>> {
        // The second statement has a later snapshot: it sees what a twin committed while the first
        // waited for its key.
        VEFA_TRY(std::vector<Refusal> refusals, HeldToLimits(transaction, submission, clock));
        VEFA_TRY(auto rows, transaction.ExecuteAll({RecordCall(submission, refusals, clock),
                                                    {&kFindDecisions, Bound(submission.tenant, keys)}}));
        return ToDecisions(rows.back());
      });
}

Status RecordDecisions(postgres::Transaction& transaction, const Submission& submission, const Clock& clock) {
  postgres::Call call = RecordCall(submission, RefusalsOf(submission), clock);
  VEFA_TRY_OK(transaction.Execute(*call.statement, std::move(call.params)));
  return Ok();
}

Status GiveTenantOrdinal(postgres::Transaction& transaction, const Uuid& tenant) {
  VEFA_TRY_OK(transaction.Execute(kGiveOrdinal, Bound(tenant)));
  return Ok();
}

Result<int32_t> TenantOrdinal(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows known, database.Run(Scope::Tenant(tenant), kOrdinal, Bound(tenant), deadline));
  if (!known.empty()) return known.Int32(0, 0);
  VEFA_TRY(auto rows, database.Run(Scope::Tenant(tenant), {{&kGiveOrdinal, Bound(tenant)}, {&kOrdinal, Bound(tenant)}},
                                   deadline));
  if (rows.back().empty()) return Unavailable("TENANT_ORDINAL", "The tenant is being set up; try again.");
  return rows.back().Int32(0, 0);
}

Result<std::optional<UnsubscribeTarget>> FindUnsubscribeTarget(postgres::Database& database, uint32_t tenant_ordinal,
                                                               const Uuid& message, Deadline deadline) {
  VEFA_TRY(Rows tenants, database.Run(Scope::Tenant(Uuid{}), kTenantOf, Bound(static_cast<int32_t>(tenant_ordinal)), deadline));
  if (tenants.empty()) return std::optional<UnsubscribeTarget>();
  UnsubscribeTarget target;
  target.tenant = tenants.Id(0, 0);
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(target.tenant), kFindTarget, Bound(target.tenant, message), deadline));
  if (rows.empty()) return std::optional<UnsubscribeTarget>();
  target.info = {message, rows.Id(0, 0), rows.String(0, 1), rows.String(0, 2), static_cast<short>(rows.Int32(0, 3))};
  target.address_hash = rows.String(0, 4);
  target.language = rows.String(0, 5);
  target.unsubscribed = rows.Bool(0, 6);
  return std::optional<UnsubscribeTarget>(std::move(target));
}

Result<bool> RecordUnsubscribe(postgres::Database& database, const UnsubscribeTarget& target, const Clock& clock,
                               Deadline deadline) {
  std::string payload = UnsubscribedPayload(target.info);
  std::vector<postgres::Call> calls = {
      {&kUnsubscribe, Bound(target.tenant, target.info.id, clock.Now(), NewUuidV7(clock),
                            telemetry::CurrentTrace().traceparent(), postgres::Bytes{payload})}};
  Suppression suppression{target.info.contact, target.info.channel, SuppressionReason::kUnsubscribed,
                          target.info.purpose, clock.Now()};
  calls.push_back(AddSuppressionsCall(target.tenant, {{suppression, target.address_hash, target.info.id}}, clock));
  return postgres::InTransaction(database, Scope::Tenant(target.tenant), deadline,
                                 [&](postgres::Transaction& transaction) -> Result<bool> {
                                   auto rows = transaction.ExecuteAll(calls);
                                   if (rows.ok()) return rows->front().Int64(0, 0) > 0;
                                   Error error = std::move(rows).error();
                                   // The outcome of the message took this version just now: count again.
                                   if (events::IsVersionTaken(error))
                                     return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The message is changing; try again."};
                                   return error;
                                 });
}

}  // namespace vefa::notification
