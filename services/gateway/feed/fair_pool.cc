#include "services/gateway/feed/fair_pool.h"

namespace vefa::gateway {

FairPool::FairPool(int threads, size_t queue_max) : queue_max_(queue_max) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

FairPool::~FairPool() { Stop(); }

bool FairPool::TryPost(const Uuid& tenant, const std::string& caller, Task task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queued_ >= queue_max_) return false;
    tenants_.Join(tenant).Join(caller).push_back(std::move(task));
    ++queued_;
  }
  ready_.notify_one();
  return true;
}

FairPool::Task FairPool::TakeLocked() {
  Task task;
  tenants_.Next([&](auto& callers) {
    callers.Next([&](std::deque<Task>& tasks) {
      task = std::move(tasks.front());
      tasks.pop_front();
    });
  });
  --queued_;
  return task;
}

void FairPool::Run() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopping_ || queued_ > 0; });
      if (queued_ == 0) return;
      task = TakeLocked();
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
