#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/redis/client.h"

namespace vefa::redis {

// Copies of rows, for who reads the same ones again, that may be missing and are never older than what a writer said of
// them. Each copy carries its row's version: a slow reader cannot put an old one over a new one, and a writer who cannot
// give the new row says at least that the old one is outdated. A row changed by a writer that Redis could not be told
// of may be given as it was for kTimeToLive, a fifth more or less, and no longer.
// Thread-safe.
class Cache {
 public:
  static constexpr std::chrono::milliseconds kTimeToLive{60000};
  // What a Client must know to hold copies.
  static const Script& script();
  // `name` is the word of keys and metrics.
  Cache(Client& redis, std::string name, telemetry::Metrics* metrics = nullptr);

  struct Entry {
    std::string key;
    int64_t version = 0;  // At least 1, below 2^53.
    std::string copy = {};  // Never empty in Put.
  };

  // `done(std::optional<std::string_view>)`, once, by the client's thread or at once: nothing means "ask the database".
  // The copy is there until `done` returns.
  template <typename Done>
  void Get(std::string_view key, Done done) {
    redis_.Send({"GET", KeyOf(key)}, [this, done = std::move(done)](Result<Replies> replies) mutable {
      done(CopyOf(replies));
    });
  }
  // What the database has just said. Waits for nothing, and is not missed when it is lost.
  void Put(const std::vector<Entry>& entries);
  // The database holds these versions from now on: older copies are given no more, once this returns. A failure is
  // counted; the copies then die by themselves.
  void Outdate(const std::vector<Entry>& entries);

 private:
  std::string KeyOf(std::string_view key) const { return prefix_ + std::string(key); }
  Commands Keep(const std::vector<Entry>& entries) const;
  std::optional<std::string_view> CopyOf(const Result<Replies>& replies) const;

  Client& redis_;
  const std::string prefix_;
  telemetry::Counter* hits_ = nullptr;
  telemetry::Counter* misses_ = nullptr;
  telemetry::Counter* away_ = nullptr;
  telemetry::Counter* unsaid_ = nullptr;
};

}  // namespace vefa::redis
