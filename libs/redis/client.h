#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"

namespace vefa::redis {

// Session and cache state. Every call is bounded by a short time-out, and after a failure the
// server is left alone for a moment, so that a Redis that is gone costs its callers next to
// nothing: they go on from PostgreSQL. UNAVAILABLE `REDIS_UNAVAILABLE` means "work without it".
// Thread-safe: keeps up to `size` connections.
class Client {
 public:
  // `address` is host:port.
  Client(std::string address, int size);
  ~Client();

  // nullopt when there is no such key.
  Result<std::optional<std::string>> Get(std::string_view key);
  Status Set(std::string_view key, std::string_view value, std::chrono::seconds time_to_live);
  Status Delete(std::string_view key);
  Status Ping();

 private:
  struct Connection;
  struct Reply;
  Result<Reply> Command(const std::vector<std::string_view>& words);
  Result<std::unique_ptr<Connection>> Acquire();
  void Release(std::unique_ptr<Connection> connection);
  void Rest();

  std::string host_;
  int port_ = 0;
  const size_t size_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
  // Milliseconds of the monotonic clock before which Redis is left alone.
  std::atomic<int64_t> resting_until_ms_{0};
};

}  // namespace vefa::redis
