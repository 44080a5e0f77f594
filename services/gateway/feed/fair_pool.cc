#include "services/gateway/feed/fair_pool.h"

namespace vefa::gateway {

FairPool::FairPool(int threads, size_t queue_max) : queue_max_(queue_max) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

FairPool::~FairPool() { Stop(); }

bool FairPool::TryPost(const Uuid& tenant, Task task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queued_ >= queue_max_) return false;
    std::deque<Task>& queue = queues_[tenant];
    if (queue.empty()) turns_.push_back(tenant);
    queue.push_back(std::move(task));
    ++queued_;
  }
  ready_.notify_one();
  return true;
}

void FairPool::Run() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopping_ || queued_ > 0; });
      if (queued_ == 0) return;
      Uuid tenant = turns_.front();
      turns_.pop_front();
      std::deque<Task>& queue = queues_[tenant];
      task = std::move(queue.front());
      queue.pop_front();
      --queued_;
      if (queue.empty()) {
        queues_.erase(tenant);
      } else {
        turns_.push_back(tenant);
      }
    }
    task();
  }
}

void FairPool::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

}  // namespace vefa::gateway
