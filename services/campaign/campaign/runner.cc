#include "services/campaign/campaign/runner.h"

#include "libs/base/backoff.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/span.h"
#include "services/campaign/campaign/recipient_store.h"

namespace vefa::campaign {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kBatchMax = 500;
constexpr seconds kSubmitTimeout(10);
constexpr seconds kDatabaseTimeout(5);
// Longer than everything that is done under it: reading, submitting, recording.
constexpr seconds kLease(20);
// How long a campaign of which all is submitted rests before it is asked whether it is over.
constexpr milliseconds kOutcomeRest(250);
// How long to rest when nothing is due. A start and a resume wake the loop earlier.
constexpr milliseconds kIdleRest(250);
constexpr milliseconds kFirstRetry(100);
constexpr milliseconds kLongestRetry(5000);
// After an answer that says the request itself is wrong: a person must look, and may repair it.
constexpr milliseconds kRefusedRetry(10000);

bool IsPassing(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded || error.code == Code::kAborted ||
         error.code == Code::kResourceExhausted || error.code == Code::kCancelled;
}

}  // namespace

Runner::Runner(postgres::Database& pump, const rpc::Peer& notification, events::Relay* relay, const Clock& clock,
               telemetry::Metrics& metrics)
    : pump_(pump),
      submitter_(notification),
      relay_(relay),
      clock_(clock),
      owner_(NewUuidV7(clock)),
      submitted_(metrics.AddCounter("vefa_campaign_submitted_total", "Recipients whose decision was recorded.")),
      failed_(metrics.AddCounter("vefa_campaign_batches_failed_total", "Batches that must be tried again.")),
      completed_(metrics.AddCounter("vefa_campaign_completed_total", "Campaigns completed.")),
      loop_([this] { return Step(); }) {}

milliseconds Runner::Step() {
  auto run = ClaimRun(pump_, owner_, kLease, Deadline::After(kDatabaseTimeout));
  if (!run.ok()) {
    telemetry::Warn("the runner waits for the database", {{"reason", run.error().reason}});
    return Backoff(failures_++, kFirstRetry, kLongestRetry, RandomShare());
  }
  failures_ = 0;
  if (!run->has_value()) return kIdleRest;
  auto span = telemetry::Span::Begin(telemetry::SpanKind::kInternal, {}, "campaign batch");
  telemetry::TraceScope trace(span.trace(), (*run)->tenant);
  Status advanced = Advance(**run);
  if (!advanced.ok()) span.Fail(advanced.error().reason);
  if (!advanced.ok()) Postpone(**run, advanced.error());
  return milliseconds(0);
}

Status Runner::Advance(const Run& run) {
  VEFA_TRY(Batch batch, TakeBatch(pump_, run, kBatchMax, Deadline::After(kDatabaseTimeout)));
  if (!batch.running) return Release(run, milliseconds(0), 0);
  if (batch.contacts.empty()) return Finish(run);
  VEFA_TRY(std::vector<Outcome> outcomes, submitter_.Submit(batch, Deadline::After(kSubmitTimeout)));
  return Record(run, outcomes);
}

Status Runner::Record(const Run& run, const std::vector<Outcome>& outcomes) {
  Status recorded = postgres::InTransaction(
      pump_, postgres::Scope::Tenants({run.tenant}), Deadline::After(kDatabaseTimeout),
      [&](postgres::Transaction& transaction) -> Status {
        VEFA_TRY_OK(MoveRecipients(transaction, outcomes));
        return ReleaseRun(transaction, run, owner_, milliseconds(0), 0);
      });
  if (recorded.ok()) submitted_.Add(static_cast<double>(outcomes.size()));
  return recorded;
}

Status Runner::Finish(const Run& run) {
  VEFA_TRY(bool completed, postgres::InTransaction(
                               pump_, postgres::Scope::Tenants({run.tenant}), Deadline::After(kDatabaseTimeout),
                               [&](postgres::Transaction& transaction) -> Result<bool> {
                                 VEFA_TRY(bool over, CompleteRun(transaction, run, clock_));
                                 if (!over) VEFA_TRY_OK(ReleaseRun(transaction, run, owner_, kOutcomeRest, 0));
                                 return over;
                               }));
  if (!completed) return Ok();
  completed_.Add();
  telemetry::Info("a campaign is completed", {{"campaign", run.campaign.ToString()}});
  if (relay_ != nullptr) relay_->Wake();
  return Ok();
}

Status Runner::Release(const Run& run, milliseconds rest, int attempts) {
  return postgres::InTransaction(pump_, postgres::Scope::Tenants({run.tenant}), Deadline::After(kDatabaseTimeout),
                                 [&](postgres::Transaction& transaction) {
                                   return ReleaseRun(transaction, run, owner_, rest, attempts);
                                 });
}

void Runner::Postpone(const Run& run, const Error& why) {
  failed_.Add();
  milliseconds rest = IsPassing(why) ? Backoff(run.attempts, kFirstRetry, kLongestRetry, RandomShare()) : kRefusedRetry;
  telemetry::Log(IsPassing(why) ? telemetry::Level::kWarn : telemetry::Level::kError, "a batch will be tried again",
                 {{"campaign", run.campaign.ToString()}, {"attempts", run.attempts + 1}, {"reason", why.reason},
                  {"error", why.message}, {"rest_ms", static_cast<long>(rest.count())}});
  // Where even this fails, the lease ends by itself.
  Status released = Release(run, rest, run.attempts + 1);
  if (!released.ok()) telemetry::Warn("the runner keeps a lease", {{"reason", released.error().reason}});
}

}  // namespace vefa::campaign
