#include "libs/rpc/answer_keeper.h"

#include "libs/base/backoff.h"
#include "libs/telemetry/log.h"

namespace vefa::rpc {
namespace {

constexpr int64_t kBatch = 5000;
constexpr std::chrono::minutes kEvery(10);
constexpr std::chrono::seconds kTimeout(30);
// Between two full batches: a flood of old answers must not keep the disk from what is new.
constexpr std::chrono::milliseconds kBreath(100);

const postgres::Statement kForget{
    "idempotency_forget",
    "DELETE FROM idempotency WHERE (tenant_id, request_id) IN (SELECT tenant_id, request_id FROM idempotency"
    " WHERE create_time < now() - $1 * interval '1 hour' ORDER BY create_time LIMIT $2)"};

}  // namespace

AnswerKeeper::AnswerKeeper(postgres::Database& pump, std::chrono::hours keep, telemetry::Metrics& metrics)
    : pump_(pump),
      keep_(keep),
      forgotten_(metrics.AddCounter("vefa_rpc_answers_forgotten_total", "Stored answers that became too old.")),
      loop_([this] { return Step(); }) {}

std::chrono::milliseconds AnswerKeeper::Step() {
  auto full = ForgetSome(Deadline::After(kTimeout));
  if (!full.ok()) telemetry::Warn("old answers were not forgotten", {{"reason", full.error().reason}});
  if (full.ok() && *full) return kBreath;
  // Replicas that started together do not go on together.
  return std::chrono::milliseconds(kEvery) / 2 +
         std::chrono::duration_cast<std::chrono::milliseconds>(RandomShare() * std::chrono::milliseconds(kEvery));
}

Result<bool> AnswerKeeper::ForgetSome(Deadline deadline) {
  VEFA_TRY(postgres::Rows rows,
           pump_.Run(postgres::Scope::EveryTenant(), kForget,
                     postgres::Bound(static_cast<double>(keep_.count()), kBatch), deadline));
  forgotten_.Add(static_cast<double>(rows.affected()));
  return rows.affected() == kBatch;
}

}  // namespace vefa::rpc
