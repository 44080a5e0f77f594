#include "libs/runtime/loop.h"

namespace vefa::runtime {

Loop::Loop(Step step) : step_(std::move(step)), thread_([this] { Run(); }) {}

Loop::~Loop() { Stop(); }

void Loop::Wake() {
  {
    std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

bool Loop::stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void Loop::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Loop::Run() {
  while (!stopping()) {
    std::chrono::milliseconds rest = step_();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, rest, [this] { return stopping_ || woken_; });
    woken_ = false;
  }
}

}  // namespace vefa::runtime
