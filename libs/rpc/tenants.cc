#include "libs/rpc/tenants.h"

namespace vefa::rpc {
namespace {

const postgres::Statement kExists{"tenant_exists", "SELECT EXISTS (SELECT 1 FROM tenant WHERE id = $1)"};
constexpr std::chrono::seconds kUnknownFor(1);
constexpr size_t kUnknownMax = 10000;

Error Unknown() { return NotFound("TENANT_UNKNOWN", "This tenant does not exist here; check the tenant of the caller."); }

}  // namespace

Status TenantDirectory::Check(const Uuid& tenant, Deadline deadline) {
  {
    std::lock_guard lock(mutex_);
    if (known_.contains(tenant)) return Ok();
    auto found = unknown_until_.find(tenant);
    if (found != unknown_until_.end() && std::chrono::steady_clock::now() < found->second) return Unknown();
  }
  VEFA_TRY(postgres::Rows rows,
           service_.Run(postgres::Scope::Tenant(tenant), kExists, postgres::Bound(tenant), deadline));
  std::lock_guard lock(mutex_);
  if (rows.Bool(0, 0)) {
    known_[tenant] = true;
    return Ok();
  }
  if (unknown_until_.size() >= kUnknownMax) unknown_until_.clear();
  unknown_until_[tenant] = std::chrono::steady_clock::now() + kUnknownFor;
  return Unknown();
}

bool TenantDirectory::Known(const Uuid& tenant) const {
  std::lock_guard lock(mutex_);
  return known_.contains(tenant);
}

}  // namespace vefa::rpc
