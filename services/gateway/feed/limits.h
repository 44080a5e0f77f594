#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::gateway {

// How many may follow the feed at once: of a tenant, of one caller, in all. Thread-safe; outlives its leases.
class StreamLimits {
 public:
  static constexpr int kPerTenant = 64;
  static constexpr int kPerCaller = 16;
  static constexpr int kInAll = 1024;

  // A place taken, given back when it is destroyed.
  class Lease {
   public:
    Lease() = default;
    Lease(StreamLimits* limits, Uuid tenant, std::string caller)
        : limits_(limits), tenant_(tenant), caller_(std::move(caller)) {}
    Lease(Lease&& other) noexcept { *this = std::move(other); }
    Lease& operator=(Lease&& other) noexcept {
      std::swap(limits_, other.limits_);
      std::swap(tenant_, other.tenant_);
      std::swap(caller_, other.caller_);
      return *this;
    }
    ~Lease() {
      if (limits_ != nullptr) limits_->Return(tenant_, caller_);
    }

   private:
    StreamLimits* limits_ = nullptr;
    Uuid tenant_;
    std::string caller_;
  };

  // RESOURCE_EXHAUSTED `TOO_MANY_STREAMS`.
  Result<Lease> Take(const Uuid& tenant, const std::string& caller);
  int open() const;

 private:
  void Return(const Uuid& tenant, const std::string& caller);

  mutable std::mutex mutex_;
  std::map<Uuid, int> tenants_;
  std::map<std::pair<Uuid, std::string>, int> callers_;
  int open_ = 0;
};

}  // namespace vefa::gateway
