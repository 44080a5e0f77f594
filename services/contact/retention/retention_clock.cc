#include "services/contact/retention/retention_clock.h"

#include "libs/telemetry/log.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr std::chrono::seconds kLookForRulesEvery(60);
constexpr std::chrono::minutes kRunAgain(10);
constexpr std::chrono::seconds kRunTimeout(30);  // Of one step, or of the look before the first.
constexpr std::chrono::seconds kRunLease(180);   // Renewed before each step; of a replica that was killed another takes over then.
constexpr std::chrono::seconds kRuleTimeout(5);  // Of what is written of a rule.
constexpr int32_t kErasedInStep = 200;
constexpr int kStepsInTurn = 25;  // Of one rule, before the next has its turn.

const Statement kDueRules{"retention_due", "SELECT tenant_id, code FROM retention_rule WHERE scheduled AND next_run_time <= $1"
                                           " AND lease_time <= $1 ORDER BY next_run_time, tenant_id, code"};
const Statement kCountTroubled{"retention_troubled", "SELECT count(*) FILTER (WHERE trouble = $1), count(*) FILTER (WHERE trouble NOT IN ('', $1))"
                                                     " FROM retention_rule WHERE scheduled"};

}  // namespace

RetentionClock::RetentionClock(postgres::Database& pump, postgres::Database& database, const RetentionRunner& runner, const Clock& clock,
                               telemetry::Metrics& metrics, bool on)
    : pump_(pump),
      database_(database),
      runner_(runner),
      clock_(clock),
      erased_(metrics.AddCounter("vefa_contact_retention_erased_total", "Contacts erased by rules of retention that run by themselves.")),
      blocked_(metrics.AddGauge("vefa_contact_retention_blocked",
                                "Rules of retention that are for too many to run by themselves and wait for somebody, of all tenants.")),
      failing_(metrics.AddGauge("vefa_contact_retention_failing",
                                "Rules of retention that failed when it was time to run, of all tenants.")) {
  if (on) loop_ = std::make_unique<runtime::Loop>([this] { return Step(); });
}

Status RetentionClock::Erase(const Uuid& tenant, RuleRun& run, bool& at_end) {
  const Deadline deadline = Deadline::After(kRunTimeout);
  RetentionStep step;
  Status erased = runner_.Step(tenant, run.rule, kErasedInStep, deadline, step, [this] { return !stopping(); });
  erased_.Add(step.erased);
  run.erased += step.erased;
  // Whoever cannot be erased is met again first: a step that erases nobody is the last.
  at_end = !step.more || (step.erased == 0 && !deadline.Passed() && !stopping());
  return erased;
}

Result<bool> RetentionClock::Run(const Uuid& tenant, RuleRun& run) {
  const Time now = clock_.Now();
  // One that was interrupted goes on, unless that is long ago.
  if (!run.run_time || *run.run_time + kRunEvery <= now) {
    VEFA_TRY(bool too_many, runner_.IsForTooMany(tenant, run.rule, Deadline::After(kRunTimeout)));
    run.run_time.reset();
    run.rule.trouble = too_many ? kShareTooLarge : "";
    if (too_many) {
      run.rule.next_run_time = now + kRunEvery;
      telemetry::Warn("a rule of retention waits for somebody", {{"tenant", tenant.ToString()}, {"rule", run.rule.code}});
      return false;
    }
    run.run_time = now;
    run.erased = 0;
  }
  bool at_end = false;
  for (int steps = 0; steps < kStepsInTurn && !at_end && !stopping(); ++steps) {
    VEFA_TRY(bool ours, KeepRule(database_, tenant, run, clock_.Now() + kRunLease, Deadline::After(kRuleTimeout)));
    if (!ours) return false;
    VEFA_TRY_OK(Erase(tenant, run, at_end));
  }
  if (at_end) {
    run.rule.next_run_time = *run.run_time + kRunEvery;
    run.rule.last_run_time = run.run_time;
    run.rule.last_erased = run.erased;
    run.run_time.reset();
  }
  run.rule.trouble.clear();
  return !at_end;
}

Result<bool> RetentionClock::RunRule(const Uuid& tenant, const std::string& code) {
  const Time now = clock_.Now();
  VEFA_TRY(auto run, TakeRule(database_, tenant, code, now, now + kRunLease, Deadline::After(kRuleTimeout)));
  if (!run) return false;
  Result<bool> more = Run(tenant, *run);
  if (!more.ok()) {
    run->rule.trouble = more.error().reason;
    run->rule.next_run_time = clock_.Now() + kRunAgain;
    telemetry::Warn("a rule of retention did not run", {{"tenant", tenant.ToString()}, {"rule", code}, {"reason", more.error().reason}});
  }
  VEFA_TRY_OK(LeaveRule(database_, tenant, *run, Deadline::After(kRuleTimeout)));
  return more;
}

Status RetentionClock::RunDue() {
  Status all = Ok();
  for (bool more = true; more && !stopping();) {
    more = false;
    VEFA_TRY(Rows due, pump_.Run(Scope::EveryTenant(), kDueRules, Bound(clock_.Now()), Deadline::After(kRuleTimeout)));
    for (int i = 0; i < due.size() && !stopping(); ++i) {
      auto ran = RunRule(due.Id(i, 0), due.String(i, 1));
      // One rule's trouble is not the next one's.
      if (!ran.ok()) all = ran.error();
      more = more || (ran.ok() && *ran);
    }
  }
  Count();
  return all;
}

void RetentionClock::Count() {
  auto rows = pump_.Run(Scope::EveryTenant(), kCountTroubled, Bound(kShareTooLarge), Deadline::After(kRuleTimeout));
  if (!rows.ok()) return;
  blocked_.Set(static_cast<double>(rows->Int64(0, 0)));
  failing_.Set(static_cast<double>(rows->Int64(0, 1)));
}

std::chrono::milliseconds RetentionClock::Step() {
  Status ran = RunDue();
  if (!ran.ok()) telemetry::Warn("rules of retention were not all run", {{"reason", ran.error().reason}});
  return kLookForRulesEvery;
}

}  // namespace vefa::contact
