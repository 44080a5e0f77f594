#include "services/interaction/score/run_store.h"

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/interaction/interaction_events.h"
#include "services/interaction/score/run_columns.h"
#include "services/interaction/score/score_proto.h"

namespace vefa::interaction {
namespace {

using postgres::Bind;
using postgres::BindBytes;
using postgres::Bound;
using postgres::Bytes;
using postgres::Day;
using postgres::Params;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr std::chrono::seconds kWriteTimeout(30);

// Which rows a write of the lease's holder is about: $1 tenant, $2 run, $3 owner.
#define HELD "tenant_id = $1 AND id = $2 AND lease_owner = $3 AND state = 2"
#define RENEWED "lease_until = clock_timestamp() + make_interval(secs => $4)"

const Statement kClaim{
    "scoring_run_claim",
    "WITH due AS ("
    "  SELECT tenant_id, id FROM scoring_run r"
    "  WHERE r.tenant_id = ANY ((SELECT current_setting('app.tenants')::uuid[])::uuid[])"
    "    AND (r.state = 2 AND r.lease_until < clock_timestamp() OR r.state = 1 AND NOT EXISTS ("
    "      SELECT 1 FROM scoring_run o WHERE o.tenant_id = r.tenant_id AND o.state = 2))"
    "  ORDER BY create_time, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " UPDATE scoring_run u SET state = 2, lease_owner = $1, attempts = attempts + 1,"
    "   lease_until = clock_timestamp() + make_interval(secs => $2)"
    " FROM due d WHERE u.tenant_id = d.tenant_id AND u.id = d.id"
    " RETURNING u.tenant_id, u.attempts, u." SCORING_RUN_COLUMNS};

const Statement kRenew{"scoring_run_renew", "UPDATE scoring_run SET " RENEWED
                                            ", progress = greatest(progress, $5) WHERE " HELD};

const Statement kRecordModels{
    "scoring_run_record_models",
    "WITH held AS (UPDATE scoring_run SET " RENEWED
    ", r = $5, alpha = $6, a = $7, b = $8, purchase_log_likelihood = $9, iterations = $10, p = $11, q = $12, v = $13,"
    "    value_log_likelihood = $14, value_customers = $15 WHERE " HELD " AND r IS NULL RETURNING id),"
    " logged AS ("
    "  SELECT " VEFA_APPEND_EVENTS_ORDERED(
        "$1, 'scoringRuns/' || held.id, e.version, e.event_id, 'model.fitted', $19, $20, NULL, e.payload",
        " ORDER BY e.version")
    "  FROM held, unnest($16::bigint[], $17::uuid[], $18::bytea[]) AS e(version, event_id, payload))"
    " SELECT 1 FROM held, logged"};

const Statement kWriteScores{
    "score_write",
    "WITH held AS (UPDATE scoring_run SET " RENEWED ", progress = greatest(progress, $5) WHERE " HELD " RETURNING id),"
    " input AS (SELECT * FROM unnest($10::uuid[], $11::int[], $12::float8[], $13::float8[], $14::float8[],"
    "    $15::float8[], $16::float8[], $17::float8[], $18::float8[], $19::float8[], $20::uuid[], $21::bytea[])"
    "  AS i(contact_id, frequency, recency_weeks, age_weeks, mean_value, p_alive, p_buy_90d, expected_purchases,"
    "    expected_value, residual_lifetime_value, event_id, payload)),"
    " changed AS ("
    "  INSERT INTO score AS s (tenant_id, contact_id, model, scoring_run, as_of_date, currency, frequency,"
    "    recency_weeks, age_weeks, mean_value, p_alive, p_buy_90d, expected_purchases, expected_value,"
    "    residual_lifetime_value, version, update_time)"
    "  SELECT $1, contact_id, $6, $7, $8, $9, frequency, recency_weeks, age_weeks, mean_value, p_alive, p_buy_90d,"
    "    expected_purchases, expected_value, residual_lifetime_value, 1, $22 FROM input, held ORDER BY contact_id"
    "  ON CONFLICT (tenant_id, contact_id) DO UPDATE SET model = excluded.model, scoring_run = excluded.scoring_run,"
    "    as_of_date = excluded.as_of_date, currency = excluded.currency, frequency = excluded.frequency,"
    "    recency_weeks = excluded.recency_weeks, age_weeks = excluded.age_weeks, mean_value = excluded.mean_value,"
    "    p_alive = excluded.p_alive, p_buy_90d = excluded.p_buy_90d, expected_purchases = excluded.expected_purchases,"
    "    expected_value = excluded.expected_value, residual_lifetime_value = excluded.residual_lifetime_value,"
    "    version = s.version + 1, update_time = excluded.update_time"
    "  WHERE (s.model, s.scoring_run, s.as_of_date, s.currency, s.frequency, s.recency_weeks, s.age_weeks,"
    "      s.mean_value, s.p_alive, s.p_buy_90d, s.expected_purchases, s.expected_value, s.residual_lifetime_value)"
    "    IS DISTINCT FROM (excluded.model, excluded.scoring_run, excluded.as_of_date, excluded.currency,"
    "      excluded.frequency, excluded.recency_weeks, excluded.age_weeks, excluded.mean_value, excluded.p_alive,"
    "      excluded.p_buy_90d, excluded.expected_purchases, excluded.expected_value, excluded.residual_lifetime_value)"
    "  RETURNING s.contact_id, s.version),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS(
        "$1, 'contacts/' || c.contact_id || '/score', c.version, i.event_id, 'score.changed', $22, $23, NULL, i.payload")
    "  FROM changed c JOIN input i USING (contact_id))"
    " SELECT 1 FROM held, logged"};

const Statement kFinish{"scoring_run_finish",
                        "UPDATE scoring_run SET state = 3, progress = 1, scored = $4, holdout = $5, finish_time = $6,"
                        " lease_owner = NULL, lease_until = '-infinity' WHERE " HELD};
const Statement kFail{"scoring_run_fail",
                      "UPDATE scoring_run SET state = 4, error = $4, finish_time = $5, lease_owner = NULL,"
                      " lease_until = '-infinity' WHERE " HELD};
const Statement kRelease{"scoring_run_release",
                         "UPDATE scoring_run SET " RENEWED ", lease_owner = NULL, attempts = $5 WHERE " HELD};

double Seconds(std::chrono::milliseconds time) { return std::chrono::duration<double>(time).count(); }

// The parameters every write of a lease's holder begins with.
Params OfLease(const Lease& lease) { return Bound(lease.tenant, lease.run, lease.owner); }

template <typename... T>
Params With(Params params, const T&... values) {
  for (auto& value : Bound(values...)) params.push_back(std::move(value));
  return params;
}

Status Write(postgres::Database& pump, const Lease& lease, const Statement& statement, Params params) {
  VEFA_TRY(Rows rows, pump.Run(Scope::Tenants({lease.tenant}), statement, std::move(params),
                               Deadline::After(kWriteTimeout)));
  if (rows.affected() == 1) return Ok();
  return Error{Code::kAborted, "LEASE_LOST", "Another worker has taken the scoring run over."};
}

}  // namespace

Result<std::optional<ClaimedRun>> ClaimRun(postgres::Database& pump, const Uuid& owner, Deadline deadline) {
  auto rows = pump.Run(Scope::EveryTenant(), kClaim, Bound(owner, Seconds(kLeaseTime)), deadline);
  if (!rows.ok()) {
    Error error = std::move(rows).error();
    // A twin took another run of the same tenant at the same moment: this one waits for it.
    if (postgres::ConstraintOf(error) == "scoring_run_one_at_a_time") return std::optional<ClaimedRun>();
    return error;
  }
  if (rows->empty()) return std::optional<ClaimedRun>();
  VEFA_TRY(ScoringRun run, ReadRun(*rows, 0, 2));
  Lease lease{rows->Id(0, 0), run.id, owner};
  return std::optional<ClaimedRun>(ClaimedRun{lease, std::move(run), rows->Int32(0, 1)});
}

Status RenewLease(postgres::Database& pump, const Lease& lease, double progress) {
  return Write(pump, lease, kRenew, With(OfLease(lease), Seconds(kLeaseTime), progress));
}

Status RecordModels(postgres::Database& pump, const Lease& lease, const Models& models, int32_t as_of_day,
                    const Clock& clock) {
  const PurchaseModel& purchases = models.purchases;
  const ValueModel& values = models.values;
  std::vector<int64_t> versions{1, 2};
  std::vector<Uuid> event_ids{NewUuidV7(clock), NewUuidV7(clock)};
  std::vector<std::string> payloads{PurchaseModelPayload(purchases, as_of_day), ValueModelPayload(values, as_of_day)};
  return Write(pump, lease, kRecordModels,
               With(OfLease(lease), Seconds(kLeaseTime), purchases.parameters.r, purchases.parameters.alpha,
                    purchases.parameters.a, purchases.parameters.b, purchases.log_likelihood, purchases.iterations,
                    values.parameters.p, values.parameters.q, values.parameters.v, values.log_likelihood,
                    values.customers, versions, event_ids, BindBytes(payloads), clock.Now(),
                    telemetry::CurrentTrace().traceparent()));
}

Status WriteScores(postgres::Database& pump, const Lease& lease, const std::vector<Score>& scores, double progress,
                   const Clock& clock) {
  VEFA_CHECK(!scores.empty() && scores.size() <= kScoreChunkMax);
  std::vector<Uuid> contacts, event_ids;
  std::vector<int32_t> frequencies;
  std::vector<double> recencies, ages, means, alive, buys, purchases, values, residuals;
  std::vector<std::string> payloads;
  for (const Score& score : scores) {
    contacts.push_back(score.contact);
    event_ids.push_back(NewUuidV7(clock));
    frequencies.push_back(score.frequency);
    recencies.push_back(score.recency_weeks);
    ages.push_back(score.age_weeks);
    means.push_back(score.mean_value);
    alive.push_back(score.p_alive);
    buys.push_back(score.p_buy_90d);
    purchases.push_back(score.expected_purchases);
    values.push_back(score.expected_value);
    residuals.push_back(score.residual_lifetime_value);
    payloads.push_back(ScoreChangedPayload(score));
  }
  // The scores of one run have these in common.
  const Score& common = scores.front();
  return Write(pump, lease, kWriteScores,
               With(OfLease(lease), Seconds(kLeaseTime), progress, common.model, common.scoring_run,
                    Day{common.as_of_day}, common.currency, contacts, frequencies, recencies, ages, means, alive, buys,
                    purchases, values, residuals, event_ids, BindBytes(payloads), clock.Now(),
                    telemetry::CurrentTrace().traceparent()));
}

Status FinishRun(postgres::Database& pump, const Lease& lease, int32_t scored,
                 const std::optional<model::Holdout>& holdout, const Clock& clock) {
  std::string bytes = holdout.has_value() ? HoldoutToBytes(*holdout) : "";
  postgres::Value compared = Bind(Bytes{bytes});
  compared.is_null = !holdout.has_value();
  return Write(pump, lease, kFinish, With(OfLease(lease), scored, compared, clock.Now()));
}

Status FailRun(postgres::Database& pump, const Lease& lease, const std::string& why, const Clock& clock) {
  return Write(pump, lease, kFail, With(OfLease(lease), why, clock.Now()));
}

Status ReleaseRun(postgres::Database& pump, const Lease& lease, std::chrono::milliseconds rest, int attempts) {
  return Write(pump, lease, kRelease, With(OfLease(lease), Seconds(rest), static_cast<int32_t>(attempts)));
}

}  // namespace vefa::interaction
