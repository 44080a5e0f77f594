#include "libs/http/workers.h"

namespace vefa::http {

bool Workers::TryPost(std::function<void()> task) {
  std::lock_guard lock(mutex_);
  if (stopping_) return false;
  if (idle_ <= queue_.size()) {
    if (threads_.size() < threads_max_)
      threads_.emplace_back([this] { Run(); });
    else if (queue_.size() >= queue_max_)
      return false;
  }
  queue_.push_back(std::move(task));
  wake_.notify_one();
  return true;
}

void Workers::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    task();
    // The task may own what must not outlive it: it goes before the thread waits again.
    task = nullptr;
    lock.lock();
    --running_;
  }
}

void Workers::Stop() {
  std::vector<std::thread> threads;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    wake_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

size_t Workers::busy() const {
  std::lock_guard lock(mutex_);
  return running_ + queue_.size();
}

}  // namespace vefa::http
