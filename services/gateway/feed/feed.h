#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/runtime/worker_pool.h"
#include "libs/telemetry/metrics.h"
#include "services/gateway/feed/cursor.h"
#include "services/gateway/feed/feed_store.h"
#include "services/gateway/feed/limits.h"
#include "services/gateway/feed/rings.h"

namespace vefa::gateway {

// The doors readers come by, as labels of metrics.
enum class FeedDoor { kGrpc, kSse, kPage };

// Somebody who waits for a tenant's feed to move. Held by shared_ptr; called from the feed's thread.
class FeedWatcher {
 public:
  virtual ~FeedWatcher() = default;
  // The feed moved, or (`moved` false) a moment passed. Must not block.
  virtual void OnFeed(bool moved) = 0;
};

// What all readers of the feed share: cursors, the store, the newest events in memory, the pool that reads
// pages, the limits, and one thread that notices what this or another gateway committed, looking at most every
// 150 ms while somebody waits. Thread-safe. Outlives its readers and watchers.
class Feed {
 public:
  // `database` as the service role and `pump` as the pump role; `days` are kept.
  Feed(postgres::Database& database, postgres::Database& pump, std::string_view secret, int days, const Clock& clock,
       telemetry::Metrics& metrics);

  const CursorCodec& codec() const { return codec_; }
  const FeedStore& store() const { return store_; }
  FeedRings& rings() { return rings_; }
  runtime::WorkerPool& pool() { return pool_; }
  StreamLimits& limits() { return limits_; }

  // Calls `watcher` until the handle is destroyed, and at most once more after that.
  class Watch {
   public:
    Watch() = default;
    Watch(Feed* feed, uint64_t id) : feed_(feed), id_(id) {}
    Watch(Watch&& other) noexcept { *this = std::move(other); }
    Watch& operator=(Watch&& other) noexcept {
      std::swap(feed_, other.feed_);
      std::swap(id_, other.id_);
      return *this;
    }
    ~Watch() {
      if (feed_ != nullptr) feed_->Unwatch(id_);
    }

   private:
    Feed* feed_ = nullptr;
    uint64_t id_ = 0;
  };
  Watch AddWatcher(const Uuid& tenant, const std::shared_ptr<FeedWatcher>& watcher);
  // Something was committed by this process: look now. Never blocks.
  void Poke() { loop_.Wake(); }

  // Streams are to end: watchers are called once more. Stop follows when they have.
  void BeginStop();
  bool stopping() const { return stopping_; }
  void Stop();

  // For the metrics.
  void NoteOpen(FeedDoor door, int by);
  void NoteSent(FeedDoor door, size_t events);
  void NoteBehind(int by) { readers_behind_.Set(static_cast<double>(behind_ += by)); }
  void NotePage(bool stored) { (stored ? pages_stored_ : pages_ring_).Add(); }

 private:
  struct Watcher {
    Uuid tenant;
    std::weak_ptr<FeedWatcher> watcher;
  };
  void Unwatch(uint64_t id);
  std::chrono::milliseconds Step();
  Status Refresh(std::set<Uuid>& moved);
  Status Fill(const Uuid& tenant, const std::optional<FeedPlace>& tail, const FeedPlace& head);
  void Call(const std::set<Uuid>& moved);
  std::chrono::milliseconds KeepDays();

  const CursorCodec codec_;
  const FeedStore store_;
  postgres::Database& pump_;
  const int days_;
  const Clock& clock_;
  FeedRings rings_;
  StreamLimits limits_;
  std::mutex mutex_;
  std::map<uint64_t, Watcher> watchers_;
  uint64_t next_id_ = 1;
  std::atomic<bool> stopping_{false};
  bool in_trouble_ = false;
  std::atomic<int> behind_{0};
  std::map<FeedDoor, std::atomic<int>> open_;
  std::map<FeedDoor, telemetry::Gauge*> streams_;
  std::map<FeedDoor, telemetry::Counter*> sent_;
  telemetry::Gauge& readers_behind_;
  telemetry::Counter& pages_ring_;
  telemetry::Counter& pages_stored_;
  telemetry::Counter& days_dropped_;
  runtime::WorkerPool pool_;
  runtime::Loop keeper_;
  runtime::Loop loop_;  // Last: the threads use everything above.
};

// UNAVAILABLE `DRAINING`.
Error FeedDraining();

}  // namespace vefa::gateway
