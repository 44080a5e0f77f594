#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace vefa::http {

// Threads that run handlers. They are started when first needed, up to a bound, and a bounded queue
// waits for them; what does not fit is refused. Any thread may post. Owned by the server.
class Workers {
 public:
  Workers(size_t threads_max, size_t queue_max) : threads_max_(threads_max), queue_max_(queue_max) {}
  ~Workers() { Stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False when every thread is busy and the queue is full, or after Stop.
  bool TryPost(std::function<void()> task);
  // Runs what is queued, then joins the threads.
  void Stop();
  size_t busy() const;

 private:
  void Run();

  const size_t threads_max_;
  const size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  size_t idle_ = 0;
  size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace vefa::http
