#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "libs/runtime/fair_queue.h"

namespace vefa::runtime {

// Threads that run tasks, with a bounded queue in which tenants take turns. Thread-safe. Its destructor runs what is
// queued and joins.
class WorkerPool {
 public:
  using Task = std::function<void()>;
  WorkerPool(int threads, QueueLimits limits);
  ~WorkerPool();

  // False when the queue is full or too slow for this tenant, or the pool is stopping: the caller must answer "at
  // capacity".
  bool TryPost(const Turn& turn, Task task);
  // Tasks waiting.
  size_t queued() const;
  // Takes no more tasks, runs those queued, joins. Idempotent.
  void Stop();

 private:
  void Run();

  mutable std::mutex mutex_;
  std::condition_variable ready_;
  FairQueue<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace vefa::runtime
