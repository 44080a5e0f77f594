#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "libs/runtime/fair_queue.h"

namespace vefa::rpc {

struct GatherLimits {
  int lanes = 2;           // Batches worked on at once, each in a thread of its own.
  size_t batch_max = 100;  // Items of one batch.
  runtime::QueueLimits queue{.waiting_max = 2048, .tenant_max = 1024, .wait_max = std::chrono::milliseconds(200)};
};

// Makes batches of what many callers hand in at the same time, each of one tenant. A lane takes what is there as
// soon as it is free, so a lonely item never waits and batches grow with the load by themselves; tenants take turns.
// While one lane works another begins only with a full batch or another tenant: two half batches cost more than one
// whole. Thread-safe. Its destructor works off what is there.
template <typename Item>
class Gather {
 public:
  // Called by the lanes' threads, several at once.
  using Work = std::function<void(const Uuid& tenant, std::vector<Item> items)>;
  // Whose an item is.
  using TenantOf = std::function<const Uuid&(const Item& item)>;

  Gather(GatherLimits limits, TenantOf tenant_of, Work work)
      : batch_max_(limits.batch_max), tenant_of_(std::move(tenant_of)), work_(std::move(work)), queue_(limits.queue) {
    for (int i = 0; i < limits.lanes; ++i) threads_.emplace_back([this] { Run(); });
  }
  ~Gather() { Stop(); }

  // False when too much waits, or it is stopping: then `item` is as it was.
  bool TryAdd(Item&& item) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_ || !queue_.Add({tenant_of_(item), ""}, std::chrono::steady_clock::now(), std::move(item))) return false;
    }
    ready_.notify_one();
    return true;
  }

  // Takes no more, works off what is there, joins. Idempotent.
  void Stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    ready_.notify_all();
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }

 private:
  void Run() {
    for (;;) {
      std::vector<Item> batch;
      {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return stopping_ || Worthwhile(); });
        if (queue_.empty()) return;
        batch = queue_.Take(batch_max_, std::chrono::steady_clock::now());
        ++busy_;
      }
      const Uuid tenant = tenant_of_(batch.front());
      work_(tenant, std::move(batch));
      std::lock_guard lock(mutex_);
      --busy_;
    }
  }
  bool Worthwhile() const {
    return !queue_.empty() && (busy_ == 0 || queue_.tenants() > 1 || queue_.size() >= batch_max_);
  }

  const size_t batch_max_;
  const TenantOf tenant_of_;
  const Work work_;
  std::mutex mutex_;
  std::condition_variable ready_;
  runtime::FairQueue<Item> queue_;
  int busy_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace vefa::rpc
