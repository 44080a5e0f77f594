#include "services/gateway/feed/limits.h"

namespace vefa::gateway {
namespace {

constexpr int kRetryMs = 5000;

Error TooMany(const std::string& who, int limit) {
  Error error{Code::kResourceExhausted, "TOO_MANY_STREAMS",
              who + " may follow the feed by " + std::to_string(limit) +
                  " streams at once. Close one, or read several types by one stream: its filter takes up to 50."};
  error.metadata["limit"] = std::to_string(limit);
  error.retry_after_ms = kRetryMs;
  return error;
}

}  // namespace

Result<StreamLimits::Lease> StreamLimits::Take(const Uuid& tenant, const std::string& caller) {
  std::lock_guard lock(mutex_);
  if (open_ >= kInAll) return TooMany("All callers of this gateway together", kInAll);
  auto of_tenant = tenants_.find(tenant);
  if (of_tenant != tenants_.end() && of_tenant->second >= kPerTenant) return TooMany("A tenant", kPerTenant);
  auto of_caller = callers_.find({tenant, caller});
  if (of_caller != callers_.end() && of_caller->second >= kPerCaller) return TooMany("A caller", kPerCaller);
  ++open_;
  ++tenants_[tenant];
  ++callers_[{tenant, caller}];
  return Lease(this, tenant, caller);
}

void StreamLimits::Return(const Uuid& tenant, const std::string& caller) {
  std::lock_guard lock(mutex_);
  --open_;
  if (--tenants_[tenant] == 0) tenants_.erase(tenant);
  if (--callers_[{tenant, caller}] == 0) callers_.erase({tenant, caller});
}

int StreamLimits::open() const {
  std::lock_guard lock(mutex_);
  return open_;
}

}  // namespace vefa::gateway
