#include "services/notification/delivery/delivery_store.h"
#include "services/notification/notification_events.h"
#include "libs/events/append.h"
#include "services/notification/suppression_store.h"

namespace vefa::notification {
namespace {

using postgres::BindBytes;
using postgres::Bound;
using postgres::Scope;
using postgres::Statement;

// Only a result that is really new gets its event. Rows go in by message, so that two writers
// cannot wait for each other.
const Statement kRecord{
    "result_record",
    "WITH input AS (SELECT * FROM unnest($2::uuid[], $3::int[], $4::uuid[], $5::smallint[], $6::smallint[], $7::text[],"
    "    $8::text[], $9::timestamptz[], $10::uuid[], $11::text[], $12::text[], $13::bytea[])"
    "  AS i(chunk_id, ord, message_id, state, code, enhanced, reply, finish_time, event_id, event_type, traceparent, payload)),"
    " fresh AS ("
    "  INSERT INTO send_result (tenant_id, chunk_id, ord, message_id, state, code, enhanced, reply, finish_time)"
    "  SELECT $1, chunk_id, ord, message_id, state, code, enhanced, reply, finish_time FROM input ORDER BY message_id"
    "  ON CONFLICT DO NOTHING RETURNING chunk_id, ord)"
    " SELECT " VEFA_APPEND_EVENTS("$1, 'messages/' || i.message_id, 2 + (SELECT count(*) FROM message_unsubscribe u"
    "   WHERE u.tenant_id = $1 AND u.message_id = i.message_id), i.event_id, i.event_type, i.finish_time, i.traceparent,"
    "   NULL, i.payload")
    " FROM fresh JOIN input i USING (chunk_id, ord) WHERE i.state <> 7"};

const Statement kRetry{
    "chunk_retry",
    "INSERT INTO send_chunk (tenant_id, id, lane, originator, purpose, channel, content_id, messages, contacts, attempt,"
    "   due_time, create_time, traceparent)"
    " SELECT tenant_id, $3, lane, originator, purpose, channel, content_id, $4, $5, attempt + 1,"
    "   greatest($7, clock_timestamp() + make_interval(secs => $6)), create_time, traceparent"
    " FROM send_chunk WHERE tenant_id = $1 AND id = $2 ON CONFLICT DO NOTHING"};

// Rows go in by message here too.
const Statement kHold{
    "message_hold",
    "INSERT INTO message_hold (tenant_id, message_id, until_time) SELECT $1, id, $3 FROM unnest($2::uuid[]) AS i(id) ORDER BY id"
    " ON CONFLICT (tenant_id, message_id) DO UPDATE SET until_time = excluded.until_time"};

const Statement kFinish{"chunk_finish", "UPDATE send_chunk SET done = true WHERE tenant_id = $1 AND id = ANY($2)"};
const Statement kCloseWindows{"window_close", "DELETE FROM send_window WHERE tenant_id = $1 AND chunk_id = ANY($2)"};

postgres::Call RecordCall(const Flush& flush, const Clock& clock) {
  std::vector<Uuid> chunks, messages, event_ids;
  std::vector<int32_t> ords;
  std::vector<int16_t> states, codes;
  std::vector<std::string> enhanced, replies, types, traces, payloads;
  std::vector<Time> times;
  for (const MessageResult& result : flush.results) {
    chunks.push_back(result.chunk);
    ords.push_back(result.ord);
    messages.push_back(result.info.id);
    states.push_back(static_cast<int16_t>(result.state));
    codes.push_back(static_cast<int16_t>(result.code));
    enhanced.push_back(result.enhanced);
    replies.push_back(result.text);
    times.push_back(result.finish_time);
    event_ids.push_back(NewUuidV7(clock));
    types.push_back(OutcomeType(result.state));
    traces.push_back(result.traceparent);
    payloads.push_back(
        OutcomePayload(result.info, result.state, ReplyCode(result.code, result.enhanced, result.text)));
  }
  return {&kRecord, Bound(flush.tenant, chunks, ords, messages, states, codes, enhanced, replies, times, event_ids, types,
                          traces, BindBytes(payloads))};
}

std::vector<postgres::Call> CallsOf(const Flush& flush, const Clock& clock) {
  std::vector<postgres::Call> calls;
  if (!flush.results.empty()) calls.push_back(RecordCall(flush, clock));
  std::vector<NewSuppression> suppressions;
  for (const MessageResult& result : flush.results) {
    if (!result.suppress || result.address_hash.empty()) continue;
    Suppression dead{result.info.contact, result.info.channel, SuppressionReason::kHardBounce, "", result.finish_time};
    suppressions.push_back({dead, result.address_hash, result.info.id});
  }
  if (!suppressions.empty()) calls.push_back(AddSuppressionsCall(flush.tenant, suppressions, clock));
  for (const Retry& retry : flush.retries) {
    calls.push_back({&kRetry, Bound(flush.tenant, retry.from, retry.id, retry.messages, retry.contacts,
                                    static_cast<double>(retry.wait.count()) / 1000.0, retry.hold_until)});
    if (retry.hold_until) calls.push_back({&kHold, Bound(flush.tenant, retry.messages, *retry.hold_until)});
  }
  if (!flush.finished.empty()) {
    calls.push_back({&kFinish, Bound(flush.tenant, flush.finished)});
    calls.push_back({&kCloseWindows, Bound(flush.tenant, flush.finished)});
  }
  return calls;
}

}  // namespace

Status Record(postgres::Database& pump, const Flush& flush, const Clock& clock, Deadline deadline) {
  auto recorded = postgres::InTransaction(
      pump, Scope::Tenants({flush.tenant}), deadline, [&](postgres::Transaction& transaction) -> Status {
        auto rows = transaction.ExecuteAll(CallsOf(flush, clock));
        if (rows.ok()) return Ok();
        Error error = std::move(rows).error();
        // Somebody unsubscribed from one of these messages just now and took its next version.
        if (events::IsVersionTaken(error))
          return Error{Code::kAborted, "TRANSACTION_CONFLICT", "A message is changing; try again."};
        return error;
      });
  return recorded;
}

}  // namespace vefa::notification
