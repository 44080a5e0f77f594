#include "libs/runtime/worker_pool.h"

namespace vefa::runtime {

WorkerPool::WorkerPool(int threads, QueueLimits limits) : queue_(limits) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

WorkerPool::~WorkerPool() { Stop(); }

bool WorkerPool::TryPost(const Turn& turn, Task task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || !queue_.Add(turn, std::chrono::steady_clock::now(), std::move(task))) return false;
  }
  ready_.notify_one();
  return true;
}

size_t WorkerPool::queued() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::Run() {
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.Take(1, std::chrono::steady_clock::now()).front());
    }
    task();
  }
}

}  // namespace vefa::runtime
