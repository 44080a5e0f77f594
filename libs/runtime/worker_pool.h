#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace vefa::runtime {

// Threads that run tasks in the order they came, with a bounded queue. Thread-safe. Its
// destructor runs what is queued and joins.
class WorkerPool {
 public:
  WorkerPool(int threads, size_t queue_max);
  ~WorkerPool();

  // False when the queue is full or the pool is stopping: the caller must answer "at capacity".
  bool TryPost(std::function<void()> task);
  // Tasks waiting.
  size_t queued() const;
  // Takes no more tasks, runs those queued, joins. Idempotent.
  void Stop();

 private:
  void Run();

  const size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace vefa::runtime
