#include "libs/events/consumer_control.h"

#include "libs/events/consumer_marks.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Scope;
using postgres::Statement;

constexpr std::chrono::seconds kControlTimeout(5);

const Statement kReadControl{"consumer_read_control",
                             "SELECT paused, stopped_reason FROM consumer_control WHERE consumer = $1"};
const Statement kReadParked{
    "consumer_read_parked",
    "SELECT count(*), count(*) FILTER (WHERE kind = 'GAP' AND park_time < now() - $2 * interval '1 second'),"
    "  coalesce(bool_or(next_attempt_time <= now() AND (complete OR NOT $3)), false),"
    "  coalesce(bool_or(next_attempt_time <= now() AND NOT complete AND $3), false)"
    " FROM parked_subject WHERE consumer = $1"};
// What is healed at once is nobody's dead letter.
const Statement kReadWork{
    "consumer_read_work",
    "SELECT EXISTS (SELECT FROM unreadable_record WHERE consumer = $1 AND NOT copied)"
    "  OR EXISTS (SELECT FROM parked_event e JOIN parked_subject p USING (consumer, tenant_id, subject)"
    "              WHERE e.consumer = $1 AND NOT e.copied"
    "                AND (p.kind <> 'GAP' OR p.park_time < now() - $2 * interval '1 second')),"
    " EXISTS (SELECT FROM unreadable_record u JOIN tenant t ON t.id = u.unknown_tenant"
    "          WHERE u.consumer = $1 AND u.unknown_tenant IS NOT NULL)"};

const Statement kStop{
    "consumer_stop",
    "INSERT INTO consumer_control AS c (consumer, stopped_reason) VALUES ($1, $2) ON CONFLICT (consumer) DO UPDATE"
    " SET stopped_reason = excluded.stopped_reason, update_time = now() WHERE c.stopped_reason = ''"};
const Statement kRestart{
    "consumer_restart",
    "UPDATE consumer_control SET stopped_reason = '', update_time = now() WHERE consumer = $1 AND stopped_reason = $2"};

}  // namespace

Result<ConsumerState> ReadConsumerState(postgres::Database& pump, const std::string& consumer,
                                        std::chrono::milliseconds heal_window, bool has_ledger) {
  double window = static_cast<double>(heal_window.count()) / 1000;
  VEFA_TRY(auto rows, pump.Run(Scope::EveryTenant(),
                               {{&kReadControl, Bound(consumer)},
                                ReadPositionsCall(consumer),
                                {&kReadParked, Bound(consumer, window, has_ledger)},
                                {&kReadWork, Bound(consumer, window)}},
                               Deadline::After(kControlTimeout)));
  ConsumerState state;
  if (!rows[0].empty()) {
    state.paused = rows[0].Bool(0, 0);
    state.stopped_reason = rows[0].String(0, 1);
  }
  for (int i = 0; i < rows[1].size(); ++i)
    state.positions[{rows[1].String(i, 0), rows[1].Int32(i, 1)}] = rows[1].Int64(i, 2);
  state.parked_subjects = rows[2].Int64(0, 0);
  state.gaps_unhealed = rows[2].Int64(0, 1);
  state.due = rows[2].Bool(0, 2);
  state.incomplete = rows[2].Bool(0, 3);
  state.uncopied = rows[3].Bool(0, 0);
  state.tenant_appeared = rows[3].Bool(0, 1);
  return state;
}

Status StopConsumer(postgres::Database& pump, const std::string& consumer, const std::string& reason) {
  VEFA_TRY_OK(pump.Run(Scope::EveryTenant(), kStop, Bound(consumer, reason), Deadline::After(kControlTimeout)));
  return Ok();
}

Status RestartConsumer(postgres::Database& pump, const std::string& consumer, const std::string& reason) {
  VEFA_TRY_OK(pump.Run(Scope::EveryTenant(), kRestart, Bound(consumer, reason), Deadline::After(kControlTimeout)));
  return Ok();
}

ConsumerMetrics::ConsumerMetrics(telemetry::Metrics& metrics, const std::string& consumer)
    : applied(metrics.AddCounter("vefa_consumer_applied_total", "Events applied.", {{"consumer", consumer}})),
      duplicates(metrics.AddCounter("vefa_consumer_duplicates_total", "Repeats dropped.", {{"consumer", consumer}})),
      gaps(metrics.AddCounter("vefa_consumer_gaps_total", "Holes met in a subject's versions.", {{"consumer", consumer}})),
      forks(metrics.AddCounter("vefa_consumer_forks_total", "Second events of a version.", {{"consumer", consumer}})),
      restored(metrics.AddCounter("vefa_consumer_restored_total",
                                  "Subjects whose owner's database was put back to before what was applied.",
                                  {{"consumer", consumer}})),
      parked(metrics.AddCounter("vefa_consumer_parked_total", "Events parked.", {{"consumer", consumer}})),
      unparked(metrics.AddCounter("vefa_consumer_unparked_total", "Subjects that move again.", {{"consumer", consumer}})),
      refused(metrics.AddCounter("vefa_consumer_refused_total", "Records that are no events.", {{"consumer", consumer}})),
      dead_letters(metrics.AddCounter("vefa_consumer_dead_letters_total", "Records copied to the dead letter topic.",
                                      {{"consumer", consumer}})),
      fenced(metrics.AddCounter("vefa_consumer_fenced_total", "Batches given up because another reader was there first.",
                                {{"consumer", consumer}})),
      assignments(metrics.AddCounter("vefa_consumer_assignments_total", "Times that Kafka gave the consumer partitions.",
                                     {{"consumer", consumer}})),
      lag(metrics.AddGauge("vefa_consumer_lag", "Events not yet applied or parked.", {{"consumer", consumer}})),
      lag_seconds(metrics.AddGauge("vefa_consumer_lag_seconds", "Age of the oldest of them.", {{"consumer", consumer}})),
      parked_subjects(
          metrics.AddGauge("vefa_consumer_parked_subjects", "Subjects that stand still.", {{"consumer", consumer}})),
      gaps_unhealed(metrics.AddGauge("vefa_consumer_gaps_unhealed", "Holes not healed in time.", {{"consumer", consumer}})),
      stopped(metrics.AddGauge("vefa_consumer_stopped", "Whether the consumer stopped itself.", {{"consumer", consumer}})),
      paused(metrics.AddGauge("vefa_consumer_paused", "Whether an operator paused it.", {{"consumer", consumer}})) {}

}  // namespace vefa::events
