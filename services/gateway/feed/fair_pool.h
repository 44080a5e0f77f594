#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "libs/base/id.h"

namespace vefa::gateway {

// A few threads that read pages for all readers of the feed: the tenants take turns, and a tenant's
// readers among themselves, so that nobody's long way back keeps others waiting for more than a
// page. Bounded. Thread-safe. Its destructor runs what is queued and joins.
class FairPool {
 public:
  using Task = std::function<void()>;
  FairPool(int threads, size_t queue_max);
  ~FairPool();

  // False when the queue is full or the pool is stopping.
  bool TryPost(const Uuid& tenant, Task task);
  // Takes no more tasks, runs those queued, joins. Idempotent.
  void Stop();

 private:
  void Run();

  const size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::map<Uuid, std::deque<Task>> queues_;  // None is empty.
  std::list<Uuid> turns_;                    // Each tenant with a queue, once.
  size_t queued_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace vefa::gateway
