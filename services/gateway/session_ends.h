#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/crypto/crypto.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"

namespace vefa::gateway {

// Which copies of sessions and keys are no longer to be believed: ended ones and those of users that changed, whichever gateway
// did it and whether or not Redis could be told. Asks PostgreSQL four times a second in a thread of its own. Thread-safe.
class SessionEnds {
 public:
  // How long after an end a copy of the session may still be believed.
  static constexpr std::chrono::milliseconds kKnownWithin{1000};
  // Longer than any copy lives.
  static constexpr std::chrono::seconds kRemembered{120};

  explicit SessionEnds(postgres::Database& database);

  // Whether a copy with this token, of a user at that revision, may be believed. Never while PostgreSQL has not been heard of for `kKnownWithin`.
  bool Believes(const crypto::Digest& token_hash, const Uuid& user, int64_t auth_revision) const;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  std::chrono::milliseconds Ask();
  void Keep(const postgres::Rows& rows, TimePoint asked);

  struct UserChange {
    int64_t valid_revision;
    TimePoint heard;
  };
  postgres::Database& database_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, TimePoint> ended_;  // By token hash.
  std::unordered_map<Uuid, UserChange> users_;
  TimePoint heard_;     // When the last answer that came had been asked for.
  Time read_until_;     // The database's time of that answer.
  TimePoint cleaned_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::gateway
