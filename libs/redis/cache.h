#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libs/redis/client.h"

namespace vefa::redis {

// Copies of rows, for who reads the same ones again, that may be missing and are never older than what a writer said of
// them. Each copy carries its row's version: a slow reader cannot put an old one over a new one, and a writer who cannot
// give the new row says at least that the old one is outdated. What Redis could not be told is told as soon as it is
// back, and this process gives no such copy meanwhile; another one may for that long, and for kTimeToLive, a fifth more or
// less, when this one is killed before it could. Thread-safe.
class Cache {
 public:
  static constexpr std::chrono::milliseconds kTimeToLive{60000};
  static constexpr size_t kUntoldMax = 10'000;  // What is beyond waits for its copy's end.
  // What a Client must know to hold copies.
  static const Script& script();
  // `name` is the word of keys and metrics.
  Cache(Client& redis, std::string name, telemetry::Metrics* metrics = nullptr);

  struct Entry {
    std::string key;
    int64_t version = 0;  // At least 1, below 2^53.
    std::string copy = {};  // Never empty in Put.
  };

  // The copy of each key, in one round trip; nothing means "ask the database".
  std::vector<std::optional<std::string>> Get(const std::vector<std::string>& keys);
  // What the database has just said. Waits for nothing, and is not missed when it is lost.
  void Put(const std::vector<Entry>& entries);
  // The database holds these versions from now on: older copies are given no more, once this returns.
  void Outdate(const std::vector<Entry>& entries);

 private:
  std::string KeyOf(std::string_view key) const { return prefix_ + std::string(key); }
  Commands Keep(const std::vector<Entry>& entries) const;
  std::optional<std::string> CopyOf(const std::string& key, Reply reply);
  void Remember(const std::vector<Entry>& entries);
  void TellAgain();

  Client& redis_;
  const std::string prefix_;
  telemetry::Counter* hits_ = nullptr;
  telemetry::Counter* misses_ = nullptr;
  telemetry::Counter* away_ = nullptr;
  telemetry::Counter* failed_ = nullptr;

  struct Outdated {
    int64_t version;
    std::chrono::steady_clock::time_point until;  // By then no copy is left.
  };
  std::atomic<bool> any_untold_{false};
  std::mutex mutex_;
  std::unordered_map<std::string, Outdated> untold_;
  std::chrono::steady_clock::time_point tell_next_;
};

}  // namespace vefa::redis
