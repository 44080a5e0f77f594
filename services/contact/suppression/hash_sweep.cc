#include "services/contact/suppression/hash_sweep.h"

#include "libs/base/backoff.h"
#include "libs/telemetry/log.h"
#include "services/contact/suppression/address_hashes.h"

namespace vefa::contact {
namespace {

constexpr std::chrono::hours kHashesEvery(1);
constexpr std::chrono::seconds kHashesAgain(10);
constexpr std::chrono::seconds kHashesTimeout(30);

// Whether a tenant has anything to do is one look into an index that is empty otherwise; those without a key are not given one.
const postgres::Statement kHashTenants{
    "address_hash_tenants",
    "SELECT t.id FROM tenant t CROSS JOIN LATERAL (SELECT 1 FROM contact_point p WHERE p.tenant_id = t.id AND p.address_hash IS NULL"
    " AND p.kind IN (1, 2, 3) LIMIT 1) x ORDER BY t.id"};

}  // namespace

HashSweep::HashSweep(postgres::Database& pump, PiiKeys& keys, bool on) : pump_(pump), keys_(keys) {
  if (on) loop_ = std::make_unique<runtime::Loop>([this] { return Step(); });
}

Result<int64_t> HashSweep::Sweep(const Uuid& tenant) {
  VEFA_TRY(auto sealer, keys_.ForTenant(tenant, Deadline::After(kHashesTimeout)));
  for (int64_t all = 0;;) {
    VEFA_TRY(int hashed, postgres::InTransaction(pump_, postgres::Scope::Tenants({tenant}), Deadline::After(kHashesTimeout),
                                                 [&](postgres::Transaction& transaction) {
                                                   return HashAddresses(transaction, tenant, sealer->addresses(), std::nullopt);
                                                 }));
    all += hashed;
    if (hashed == 0 || stopping()) return all;
  }
}

Status HashSweep::SweepAll() {
  VEFA_TRY(postgres::Rows tenants, pump_.Run(postgres::Scope::EveryTenant(), kHashTenants, {}, Deadline::After(kHashesTimeout)));
  for (int i = 0; i < tenants.size() && !stopping(); ++i) VEFA_TRY_OK(Sweep(tenants.Id(i, 0)));
  return Ok();
}

std::chrono::milliseconds HashSweep::Step() {
  Status swept = SweepAll();
  if (swept.ok()) {
    // Replicas that started together do not go on together.
    return std::chrono::milliseconds(kHashesEvery) / 2 +
           std::chrono::duration_cast<std::chrono::milliseconds>(RandomShare() * std::chrono::milliseconds(kHashesEvery));
  }
  telemetry::Warn("addresses were not hashed", {{"reason", swept.error().reason}});
  return kHashesAgain;
}

}  // namespace vefa::contact
