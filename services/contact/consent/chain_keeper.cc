#include "services/contact/consent/chain_keeper.h"

#include "libs/base/text.h"
#include "libs/telemetry/log.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;
using std::chrono::milliseconds;

// A batch is one transaction of some 20 ms, and an erasure may have to wait for it.
constexpr int32_t kSealBatch = 1000;
constexpr milliseconds kSealEvery(500);
constexpr milliseconds kAfterSealError(2000);
constexpr std::chrono::seconds kSealTimeout(30);
constexpr std::chrono::seconds kSealCountEvery(1);
// Counting may take one part in so many of the time.
constexpr int kSealCountShare = 50;
constexpr std::chrono::seconds kAnchorEvery(30);

const Statement kSealTenants{"consent_unsealed_tenants",
                             "SELECT t.id FROM tenant t WHERE EXISTS (SELECT 1 FROM consent_unsealed u WHERE u.tenant_id = t.id)"};
const Statement kSealCount{"consent_unsealed_count",
                           "SELECT count(*), coalesce(extract(epoch FROM $1 - min(record_time)), 0)::float8 FROM consent_unsealed"};
const Statement kAnchorTenants{"consent_anchor_tenants",
                               "SELECT tenant_id FROM consent_chain_head WHERE sequence > anchor_sequence AND seal_time < $1"};

std::vector<Uuid> TenantsOf(const Rows& rows) {
  std::vector<Uuid> tenants;
  for (int i = 0; i < rows.size(); ++i) tenants.push_back(rows.Id(i, 0));
  return tenants;
}

}  // namespace

ChainKeeper::ChainKeeper(postgres::Database& pump, PiiKeys& keys, const crypto::SigningKey& key, const Clock& clock,
                         telemetry::Metrics& metrics, bool runs)
    : pump_(pump),
      keys_(keys),
      key_(key),
      clock_(clock),
      runs_(runs),
      unsealed_(metrics.AddGauge("vefa_consent_unsealed", "Consent lines that are in no chain yet.")),
      oldest_(metrics.AddGauge("vefa_consent_unsealed_oldest_age_seconds", "Age of the oldest consent line that is in no chain yet.")),
      sealed_(metrics.AddCounter("vefa_consent_sealed_total", "Consent lines appended to their tenant's chain by this process.")),
      loop_([this] { return Step(); }) {}

milliseconds ChainKeeper::Step() {
  if (!runs_) return std::chrono::hours(1);
  auto more = SealAll();
  Status anchored = Ok();
  if (anchor_.Passed()) {
    anchor_ = Deadline::After(kAnchorEvery);
    anchored = AnchorAll(Deadline::After(kSealTimeout));
  }
  if (count_.Passed()) Count();
  const bool works = more.ok() && anchored.ok();
  if (!works && works_)
    telemetry::Warn("consents were not sealed", {{"reason", more.ok() ? anchored.error().reason : more.error().reason}});
  works_ = works;
  if (!works) return kAfterSealError;
  return *more ? milliseconds(0) : kSealEvery;
}

// One batch of every tenant that waits, so that a large import of one holds up nobody; true when some were full.
Result<bool> ChainKeeper::SealAll() {
  VEFA_TRY(Rows rows, pump_.Run(Scope::EveryTenant(), kSealTenants, {}, Deadline::After(kSealTimeout)));
  bool more = false;
  Status failed = Ok();
  for (const Uuid& tenant : TenantsOf(rows)) {
    if (loop_.stopping()) return false;
    auto sealed = SealSome(tenant, Deadline::After(kSealTimeout));
    // One tenant's trouble is not the others'.
    if (!sealed.ok()) failed = std::move(sealed).error();
    more = more || (sealed.ok() && *sealed == kSealBatch);
  }
  return failed.ok() ? Result<bool>(more) : Result<bool>(std::move(failed).error());
}

Result<int> ChainKeeper::SealSome(const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(auto sealer, keys_.ForTenant(tenant, deadline));
  auto sealed = postgres::InTransaction(
      pump_, Scope::Tenants({tenant}), deadline, [&](postgres::Transaction& transaction) -> Result<int> {
        VEFA_TRY(std::optional<ChainHead> head, HoldChain(transaction, tenant));
        if (!head) return 0;
        VEFA_TRY(std::vector<UnsealedLine> lines, TakeUnsealed(transaction, *sealer, kSealBatch));
        if (lines.empty()) return 0;
        const Time now = clock_.Now();
        std::vector<postgres::Call> calls;
        // A new day's first line ends the day before.
        const bool new_day = head->sequence > head->anchor_sequence && DayOf(head->seal_time) < DayOf(now);
        if (new_day) calls.push_back(AnchorChain(tenant, key_, now, *head));
        // A clock that was put back makes no line older than the one before it.
        for (postgres::Call& call : AppendToChain(tenant, lines, std::max(now, head->seal_time), *head))
          calls.push_back(std::move(call));
        calls.push_back(KeepHead(tenant, *head));
        VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
        return static_cast<int>(lines.size());
      });
  if (sealed.ok()) sealed_.Add(*sealed);
  return sealed;
}

Status ChainKeeper::AnchorAll(Deadline deadline) {
  const Time today = StartOfDay(DayOf(clock_.Now()));
  VEFA_TRY(Rows rows, pump_.Run(Scope::EveryTenant(), kAnchorTenants, Bound(today), deadline));
  Status failed = Ok();
  for (const Uuid& tenant : TenantsOf(rows)) {
    Status anchored = Anchor(tenant, deadline);
    if (!anchored.ok()) failed = std::move(anchored);
  }
  return failed;
}

Status ChainKeeper::Anchor(const Uuid& tenant, Deadline deadline) {
  return postgres::InTransaction(
      pump_, Scope::Tenants({tenant}), deadline, [&](postgres::Transaction& transaction) -> Status {
        VEFA_TRY(std::optional<ChainHead> head, HoldChain(transaction, tenant));
        const Time now = clock_.Now();
        if (!head || head->sequence == head->anchor_sequence || DayOf(head->seal_time) >= DayOf(now)) return Ok();
        std::vector<postgres::Call> calls;
        calls.push_back(AnchorChain(tenant, key_, now, *head));
        calls.push_back(KeepHead(tenant, *head));
        VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
        return Ok();
      });
}

void ChainKeeper::Count() {
  constexpr std::chrono::seconds kTimeout(10);
  const Deadline begin = Deadline::After(kTimeout);
  auto rows = pump_.Run(Scope::EveryTenant(), kSealCount, Bound(clock_.Now()), begin);
  const milliseconds took = kTimeout - begin.Left();
  count_ = Deadline::After(std::max<milliseconds>(kSealCountEvery, took * kSealCountShare));
  if (!rows.ok()) return;
  unsealed_.Set(static_cast<double>(rows->Int64(0, 0)));
  oldest_.Set(rows->Double(0, 1));
}

}  // namespace vefa::contact
