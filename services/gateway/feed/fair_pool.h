#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "libs/base/id.h"

namespace vefa::gateway {

// A few threads that read pages for all readers of the feed. The tenants take turns, of a tenant its callers,
// and of a caller its streams: whoever reads a long way back, by however many streams, keeps the others waiting
// for a page at a time. Bounded. Thread-safe. Its destructor runs what is queued and joins.
class FairPool {
 public:
  using Task = std::function<void()>;
  FairPool(int threads, size_t queue_max);
  ~FairPool();

  // False when the queue is full or the pool is stopping.
  bool TryPost(const Uuid& tenant, const std::string& caller, Task task);
  // Takes no more tasks, runs those queued, joins. Idempotent.
  void Stop();

 private:
  // Those who take turns, each with what waits for its own.
  template <typename Key, typename Waiting>
  struct Turns {
    std::map<Key, Waiting> waiting;  // None is empty.
    std::list<Key> order;
    bool empty() const { return order.empty(); }
    Waiting& Join(const Key& key) {
      if (!waiting.contains(key)) order.push_back(key);
      return waiting[key];
    }
    // Runs `take` on whoever is next, who then goes to the end, or away when nothing is left.
    template <typename Take>
    void Next(Take take) {
      Key key = order.front();
      order.pop_front();
      take(waiting[key]);
      if (waiting[key].empty()) {
        waiting.erase(key);
      } else {
        order.push_back(key);
      }
    }
  };
  void Run();
  Task TakeLocked();

  const size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable ready_;
  Turns<Uuid, Turns<std::string, std::deque<Task>>> tenants_;
  size_t queued_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace vefa::gateway
