#include "services/interaction/score/score_store.h"

#include "services/interaction/score/run_columns.h"
#include "services/interaction/score/score_proto.h"

namespace vefa::interaction {
namespace {

using postgres::Bound;
using postgres::Day;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kRunsMax = 100;

#define SCORE_COLUMNS                                                                                             \
  "contact_id, model, scoring_run, as_of_date, currency, frequency, recency_weeks, age_weeks, mean_value,"       \
  " p_alive, p_buy_90d, expected_purchases, expected_value, residual_lifetime_value, version, update_time"

const Statement kGetScores{"score_get",
                           "SELECT " SCORE_COLUMNS " FROM score WHERE tenant_id = $1 AND contact_id = ANY($2)"};
const Statement kListScores{"score_list", "SELECT " SCORE_COLUMNS
                                          " FROM score WHERE tenant_id = $1 AND contact_id > $2"
                                          " ORDER BY contact_id LIMIT $3"};
const Statement kCreateRun{
    "scoring_run_create",
    "INSERT INTO scoring_run (tenant_id, id, slug, state, as_of_date, horizon_weeks, create_time)"
    " VALUES ($1, $2, $3, 1, $4, $5, $6) ON CONFLICT ON CONSTRAINT scoring_run_slug_key DO NOTHING"};
const Statement kFindRun{"scoring_run_find", "SELECT " SCORING_RUN_COLUMNS
                                             " FROM scoring_run WHERE tenant_id = $1 AND slug = $2"};
const Statement kListRuns{"scoring_run_list", "SELECT " SCORING_RUN_COLUMNS
                                              " FROM scoring_run WHERE tenant_id = $1"
                                              " ORDER BY create_time DESC, id DESC LIMIT $2"};

std::vector<Score> ReadRows(const Rows& rows) {
  std::vector<Score> scores;
  for (int i = 0; i < rows.size(); ++i)
    scores.push_back({rows.Id(i, 0),      rows.String(i, 1),  rows.String(i, 2),  rows.Date(i, 3),
                      rows.String(i, 4),  rows.Int32(i, 5),   rows.Double(i, 6),  rows.Double(i, 7),
                      rows.Double(i, 8),  rows.Double(i, 9),  rows.Double(i, 10), rows.Double(i, 11),
                      rows.Double(i, 12), rows.Double(i, 13), rows.Int64(i, 14),  rows.Timestamp(i, 15)});
  return scores;
}

Models ReadModels(const Rows& rows, int i, int first) {
  Models models;
  models.purchases.parameters.r = rows.Double(i, first);
  models.purchases.parameters.alpha = rows.Double(i, first + 1);
  models.purchases.parameters.a = rows.Double(i, first + 2);
  models.purchases.parameters.b = rows.Double(i, first + 3);
  models.purchases.log_likelihood = rows.Double(i, first + 4);
  models.purchases.iterations = rows.Int32(i, first + 5);
  models.values.parameters.p = rows.Double(i, first + 6);
  models.values.parameters.q = rows.Double(i, first + 7);
  models.values.parameters.v = rows.Double(i, first + 8);
  models.values.log_likelihood = rows.Double(i, first + 9);
  models.values.customers = rows.Int32(i, first + 10);
  return models;
}

}  // namespace

Result<ScoringRun> ReadRun(const Rows& rows, int i, int first) {
  ScoringRun run;
  run.id = rows.Id(i, first);
  run.slug = rows.String(i, first + 1);
  run.state = static_cast<RunState>(rows.Int64(i, first + 2));
  run.progress = rows.Double(i, first + 3);
  run.error = rows.String(i, first + 4);
  run.as_of_day = rows.Date(i, first + 5);
  run.horizon_weeks = rows.Int32(i, first + 6);
  run.scored = rows.Int32(i, first + 7);
  if (!rows.IsNull(i, first + 8)) run.models = ReadModels(rows, i, first + 8);
  if (!rows.IsNull(i, first + 19)) {
    VEFA_TRY(run.holdout, HoldoutFromBytes(rows.Text(i, first + 19)));
  }
  run.create_time = rows.Timestamp(i, first + 20);
  if (!rows.IsNull(i, first + 21)) run.finish_time = rows.Timestamp(i, first + 21);
  return run;
}

Result<std::vector<Score>> GetScores(postgres::Database& database, const Uuid& tenant,
                                     const std::vector<Uuid>& contacts, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGetScores, Bound(tenant, contacts), deadline));
  return ReadRows(rows);
}

Result<std::vector<Score>> ReadScores(postgres::Database& database, const Uuid& tenant, const Uuid& after, int size,
                                      Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListScores,
                                   Bound(tenant, after, static_cast<int32_t>(size)), deadline));
  return ReadRows(rows);
}

Result<ScoringRun> CreateRun(postgres::Transaction& transaction, const Uuid& tenant, const ScoringRun& wanted) {
  VEFA_TRY_OK(transaction.Execute(kCreateRun, Bound(tenant, wanted.id, wanted.slug, Day{wanted.as_of_day},
                                                    wanted.horizon_weeks, wanted.create_time)));
  // A statement of its own sees the run of a twin that came in between.
  VEFA_TRY(Rows rows, transaction.Execute(kFindRun, Bound(tenant, wanted.slug)));
  VEFA_CHECK(rows.size() == 1);  // Runs are never deleted.
  VEFA_TRY(ScoringRun run, ReadRun(rows, 0));
  if (run.as_of_day != wanted.as_of_day || run.horizon_weeks != wanted.horizon_weeks)
    return Error{Code::kAlreadyExists, "SCORING_RUN_DIFFERS",
                 "A scoring run with this id has another day or horizon; choose another id."};
  return run;
}

Result<std::optional<ScoringRun>> FindRun(postgres::Database& database, const Uuid& tenant, const std::string& slug,
                                          Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kFindRun, Bound(tenant, slug), deadline));
  if (rows.empty()) return std::optional<ScoringRun>();
  VEFA_TRY(ScoringRun run, ReadRun(rows, 0));
  return std::optional<ScoringRun>(std::move(run));
}

Result<std::vector<ScoringRun>> ListRuns(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListRuns, Bound(tenant, kRunsMax), deadline));
  std::vector<ScoringRun> runs;
  for (int i = 0; i < rows.size(); ++i) {
    VEFA_TRY(ScoringRun run, ReadRun(rows, i));
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace vefa::interaction
