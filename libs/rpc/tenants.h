#pragma once

#include <mutex>
#include <unordered_map>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"

namespace vefa::rpc {

// Which tenants exist. A known one is remembered for ever, an unknown one for a second, so that
// made-up ids do not reach the database one by one. Thread-safe.
class TenantDirectory {
 public:
  explicit TenantDirectory(postgres::Database& service) : service_(service) {}
  // NOT_FOUND `TENANT_UNKNOWN`; UNAVAILABLE when the database cannot say.
  Status Check(const Uuid& tenant, Deadline deadline);
  // Whether Check would say so without asking the database.
  bool Known(const Uuid& tenant) const;

 private:
  postgres::Database& service_;
  mutable std::mutex mutex_;
  std::unordered_map<Uuid, std::chrono::steady_clock::time_point> unknown_until_;
  std::unordered_map<Uuid, bool> known_;
};

}  // namespace vefa::rpc
