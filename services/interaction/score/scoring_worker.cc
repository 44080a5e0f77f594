#include "services/interaction/score/scoring_worker.h"

#include "libs/base/backoff.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/span.h"
#include "services/interaction/score/scoring_job.h"

namespace vefa::interaction {
namespace {

// How often an idle worker looks without being woken: for runs that a dead one left.
constexpr std::chrono::seconds kIdleRest(1);
constexpr std::chrono::seconds kClaimTimeout(10);
constexpr std::chrono::milliseconds kFirstRest(100);
constexpr std::chrono::milliseconds kLongestRest(5000);
// A run that was begun so often and never ended is given up: it may be what ends us.
constexpr int kAttemptsMax = 20;

Error Stopping() { return {Code::kCancelled, "STOPPING", "The service is stopping."}; }

// Whether the run itself cannot be done, so that trying again would end the same way.
bool IsFinal(const Error& error) {
  bool of_database = error.metadata.contains("sqlstate");
  return !of_database && (error.code == Code::kFailedPrecondition || error.code == Code::kInvalidArgument);
}

}  // namespace

ScoringWorker::ScoringWorker(postgres::Database& pump, events::Relay* relay, const Clock& clock,
                             telemetry::Metrics& metrics)
    : pump_(pump),
      relay_(relay),
      clock_(clock),
      owner_(NewUuidV7(clock)),
      succeeded_(metrics.AddCounter("vefa_scoring_runs_total", "Scoring runs ended.", {{"outcome", "succeeded"}})),
      failed_(metrics.AddCounter("vefa_scoring_runs_total", "Scoring runs ended.", {{"outcome", "failed"}})),
      scored_(metrics.AddCounter("vefa_scoring_customers_total", "Customers scored.")),
      duration_(metrics.AddHistogram("vefa_scoring_run_seconds", "From claim to success.")),
      loop_([this] { return Step(); }) {}

std::chrono::milliseconds ScoringWorker::Step() {
  auto claimed = ClaimRun(pump_, owner_, Deadline::After(kClaimTimeout));
  if (!claimed.ok()) {
    telemetry::Warn("cannot look for scoring runs", {{"reason", claimed.error().reason}});
    return Backoff(failures_++, kFirstRest, kLongestRest, RandomShare());
  }
  if (!claimed->has_value()) return kIdleRest;
  const ClaimedRun& run = **claimed;
  auto span = telemetry::Span::Begin(telemetry::SpanKind::kInternal, {}, "scoring run");
  telemetry::TraceScope trace(span.trace(), run.lease.tenant);
  if (run.attempts > kAttemptsMax) {
    PutDown(run, {Code::kFailedPrecondition, "ATTEMPTS_SPENT",
                  "The run was begun " + std::to_string(kAttemptsMax) +
                      " times and never ended; the log of the interaction service says why."});
    return std::chrono::milliseconds(0);
  }
  Status done = Work(run);
  if (done.ok()) {
    failures_ = 0;
    return std::chrono::milliseconds(0);
  }
  span.Fail(done.error().reason);
  PutDown(run, done.error());
  return std::chrono::milliseconds(0);
}

Status ScoringWorker::Work(const ClaimedRun& claimed) {
  auto start = std::chrono::steady_clock::now();
  ScoringJob job(pump_, clock_, claimed);
  VEFA_TRY_OK(job.Prepare());
  for (bool more = true; more;) {
    if (loop_.stopping()) return Stopping();
    VEFA_TRY(more, job.ScoreNext());
    WakeRelay();
  }
  VEFA_TRY_OK(job.Finish());
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  succeeded_.Add();
  scored_.Add(job.scored());
  duration_.Observe(seconds);
  telemetry::Info("a scoring run succeeded",
                  {{"run", claimed.run.slug}, {"scored", job.scored()}, {"seconds", seconds}});
  return Ok();
}

void ScoringWorker::PutDown(const ClaimedRun& claimed, const Error& why) {
  telemetry::Warn("a scoring run was not finished",
                  {{"run", claimed.run.slug}, {"attempt", claimed.attempts}, {"reason", why.reason}});
  if (why.reason == "LEASE_LOST") return;
  Status put = Ok();
  if (IsFinal(why)) {
    failed_.Add();
    put = FailRun(pump_, claimed.lease, why.message, clock_);
  } else if (why.reason == "STOPPING") {
    put = ReleaseRun(pump_, claimed.lease, std::chrono::milliseconds(0), claimed.attempts - 1);
  } else {
    std::chrono::milliseconds rest = Backoff(failures_++, kFirstRest, kLongestRest, RandomShare());
    // The database being away is not the run's fault.
    int attempts = postgres::IsTrouble(why) ? claimed.attempts - 1 : claimed.attempts;
    put = ReleaseRun(pump_, claimed.lease, rest, attempts);
  }
  // Otherwise the lease ends by itself.
  if (!put.ok()) telemetry::Warn("a scoring run could not be put down", {{"reason", put.error().reason}});
}

}  // namespace vefa::interaction
