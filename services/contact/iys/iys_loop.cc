#include "services/contact/iys/iys_loop.h"

#include <algorithm>

#include "libs/telemetry/log.h"
#include "services/contact/due.h"
#include "services/contact/iys/iys_account_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr std::chrono::seconds kIysEvery(5);
constexpr std::chrono::minutes kPullEvery(10);
constexpr std::chrono::minutes kAfterTrouble(1);
constexpr std::chrono::seconds kIysCall(30);   // One step, its calls included.
constexpr std::chrono::seconds kIysLease(60);  // Renewed before each step; of a replica that was killed another takes over then.
constexpr int kTurnPages = 20;                 // Of each kind, before the next tenant has its turn.
constexpr std::chrono::seconds kCountIysEvery(30);

const Statement kIysTenants{"iys_tenants", "SELECT tenant_id FROM iys_account WHERE enabled AND lease_time <= $1 AND next_time <= $1"
                                           " ORDER BY tenant_id"};
// By tenant, along the index: what waits is little.
const Statement kCountWaiting{
    "iys_count",
    "SELECT coalesce(sum(w.waiting), 0)::int8, coalesce(sum(w.soon), 0)::int8, coalesce(sum(w.overdue), 0)::int8, coalesce(sum(r.refused), 0)::int8,"
    "  coalesce(max(extract(epoch FROM $1::timestamptz - coalesce(a.pull_time, a.update_time)))::float8, 0)"
    " FROM iys_account a"
    " CROSS JOIN LATERAL (SELECT count(*) AS waiting, count(*) FILTER (WHERE e.due_time <= $1::timestamptz + interval '1 day') AS soon,"
    "   count(*) FILTER (WHERE e.due_time <= $1) AS overdue FROM iys_entry e WHERE e.tenant_id = a.tenant_id AND e.state IN (1, 2)) w"
    " CROSS JOIN LATERAL (SELECT count(*) AS refused FROM iys_entry e WHERE e.tenant_id = a.tenant_id AND e.state = 4) r WHERE a.enabled"};
const Statement kPutIysDue{"iys_due_put", VEFA_PUT_DUE("iys_due", "iys_account")};

bool ConcernsIys(const events::Event& event) {
  return event.type.starts_with("consent.") || event.type.starts_with("contact.") || event.type.starts_with("contact_point.");
}

}  // namespace

Status IysHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  return PutDue(transaction, kPutIysDue, events, ConcernsIys);
}

IysLoop::IysLoop(postgres::Database& pump, postgres::Database& database, const IysKeeper& keeper, const Clock& clock,
                 telemetry::Metrics& metrics)
    : pump_(pump),
      database_(database),
      keeper_(keeper),
      clock_(clock),
      waiting_(metrics.AddGauge("vefa_contact_iys_waiting", "Consents that IYS is to be told and does not know yet, of all tenants.")),
      due_soon_(metrics.AddGauge("vefa_contact_iys_due_soon", "Of those, the ones that IYS has to know within a day, or had to.")),
      overdue_(metrics.AddGauge("vefa_contact_iys_overdue", "Of those, the ones whose third business day is over.")),
      refused_(metrics.AddGauge("vefa_contact_iys_refused", "Consents that IYS refused, of all tenants.")),
      pull_age_(metrics.AddGauge("vefa_contact_iys_pull_age_seconds",
                                 "Since when changes at IYS were not fetched, of the tenant of whom it is longest.")) {
  if (keeper_.configured()) loop_ = std::make_unique<runtime::Loop>([this] { return Step(); });
}

Status IysLoop::Keep(const Uuid& tenant, IysAccount& account) {
  VEFA_TRY(auto registry, keeper_.Connect(tenant, account, Deadline::After(kIysCall)));
  // What people said at IYS comes first: nobody is told there what they took back there.
  if (!account.pull_time || *account.pull_time + kPullEvery <= clock_.Now()) {
    for (bool more = true; more && !stopping();) {
      VEFA_TRY(const Deadline step, NextStep(tenant));
      VEFA_TRY(more, keeper_.Pull(tenant, account, *registry, step));
    }
  }
  for (int pages = 0; pages < kTurnPages && !stopping(); ++pages) {
    VEFA_TRY(const Deadline step, NextStep(tenant));
    VEFA_TRY(bool more, keeper_.Settle(tenant, account, step));
    if (!more) break;
  }
  VEFA_TRY(const Deadline polling, NextStep(tenant));
  VEFA_TRY_OK(keeper_.Poll(tenant, *registry, polling));
  for (int pages = 0; pages < kTurnPages && !stopping(); ++pages) {
    VEFA_TRY(const Deadline step, NextStep(tenant));
    VEFA_TRY(bool more, keeper_.Push(tenant, account, *registry, step));
    if (!more) break;
  }
  return Ok();
}

Result<Deadline> IysLoop::NextStep(const Uuid& tenant) {
  const Deadline deadline = Deadline::After(kIysCall);
  VEFA_TRY_OK(RenewIysLease(database_, tenant, clock_.Now() + kIysLease, deadline));
  return deadline;
}

Status IysLoop::KeepTenant(const Uuid& tenant) {
  const Deadline deadline = Deadline::After(kIysCall);
  VEFA_TRY(auto account, LeaseIysAccount(database_, tenant, clock_.Now(), clock_.Now() + kIysLease, deadline));
  if (!account) return Ok();
  Status kept = Keep(tenant, *account);
  Time next = clock_.Now();
  if (!kept.ok()) {
    next += std::max<std::chrono::microseconds>(kAfterTrouble, std::chrono::milliseconds(kept.error().retry_after_ms));
    telemetry::Warn("IYS was not kept up to date", {{"tenant", tenant.ToString()}, {"reason", kept.error().reason}});
  }
  return ReleaseIysAccount(database_, tenant, next, kept.ok() ? "" : kept.error().reason, Deadline::After(kIysCall));
}

void IysLoop::Count() {
  if (!count_.Passed()) return;
  count_ = Deadline::After(kCountIysEvery);
  auto rows = pump_.Run(Scope::EveryTenant(), kCountWaiting, Bound(clock_.Now()), Deadline::After(kIysCall));
  if (!rows.ok()) return;
  waiting_.Set(static_cast<double>(rows->Int64(0, 0)));
  due_soon_.Set(static_cast<double>(rows->Int64(0, 1)));
  overdue_.Set(static_cast<double>(rows->Int64(0, 2)));
  refused_.Set(static_cast<double>(rows->Int64(0, 3)));
  pull_age_.Set(rows->Double(0, 4));
}

std::chrono::milliseconds IysLoop::Step() {
  Count();
  auto tenants = pump_.Run(Scope::EveryTenant(), kIysTenants, Bound(clock_.Now()), Deadline::After(kIysCall));
  if (!tenants.ok()) {
    telemetry::Warn("tenants of IYS were not found", {{"reason", tenants.error().reason}});
    return kIysEvery;
  }
  for (int i = 0; i < tenants->size() && !stopping(); ++i) {
    // One tenant's trouble is not the next one's.
    Status kept = KeepTenant(tenants->Id(i, 0));
    if (!kept.ok()) telemetry::Warn("a tenant of IYS was left alone", {{"reason", kept.error().reason}});
  }
  return kIysEvery;
}

}  // namespace vefa::contact
