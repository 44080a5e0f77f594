#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libs/base/id.h"

namespace vefa::runtime {

// Whose turn it is that something is worked on.
struct Turn {
  Uuid tenant;
  std::string lane;  // What takes turns within a tenant: its kinds of calls, its callers.
};

struct QueueLimits {
  size_t waiting_max = 1024;  // Of all tenants.
  size_t tenant_max = 512;    // Of one tenant: the others keep room.
  // A tenant whose items wait longer adds none until it has caught up to half of this; when even those of all
  // tenants wait twice as long, nobody does. A queue is too long when it is too slow, whatever its length. 0 for never.
  std::chrono::milliseconds wait_max{0};
};

// A bounded queue in which tenants take turns, and within a tenant its lanes: whoever adds much waits for himself.
// Not thread-safe.
template <typename Item>
class FairQueue {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  explicit FairQueue(QueueLimits limits) : limits_(limits) {}

  bool empty() const { return waiting_ == 0; }
  size_t size() const { return waiting_; }
  // Those that have something waiting.
  size_t tenants() const { return tenants_.waiting.size(); }

  // False when it is refused: then `item` is as it was.
  bool Add(const Turn& turn, Moment now, Item&& item) {
    if (waiting_ >= limits_.waiting_max || all_slow_) return false;
    auto found = tenants_.waiting.find(turn.tenant);
    if (found != tenants_.waiting.end() && (found->second.slow || found->second.waiting >= limits_.tenant_max)) return false;
    Tenant& tenant = tenants_.Join(turn.tenant);
    tenant.lanes.Join(turn.lane).push_back({now, std::move(item)});
    ++tenant.waiting;
    ++waiting_;
    return true;
  }

  // At most `most` items in the order they came, all of the lane whose turn it is; none while it is empty.
  std::vector<Item> Take(size_t most, Moment now) {
    std::vector<Item> taken;
    if (empty()) return taken;
    tenants_.Next([&](Tenant& tenant) {
      tenant.lanes.Next([&](std::deque<Waiting>& lane) {
        Measure(tenant, now - lane.front().since);
        for (; !lane.empty() && taken.size() < most; lane.pop_front()) taken.push_back(std::move(lane.front().item));
      });
      tenant.waiting -= taken.size();
    });
    waiting_ -= taken.size();
    if (empty()) all_slow_ = false;
    return taken;
  }

 private:
  struct Waiting {
    Moment since;
    Item item;
  };
  // Those who take turns, each with what waits for its own.
  template <typename Key, typename Queue>
  struct Turns {
    std::unordered_map<Key, Queue> waiting;  // None is empty.
    std::list<Key> order;
    bool empty() const { return order.empty(); }
    Queue& Join(const Key& key) {
      auto [at, added] = waiting.try_emplace(key);
      if (added) order.push_back(key);
      return at->second;
    }
    // Runs `take` on whoever is next, who then goes to the end, or away when nothing is left.
    template <typename Take>
    void Next(Take take) {
      auto found = waiting.find(order.front());
      take(found->second);
      if (found->second.empty()) {
        waiting.erase(found);
        order.pop_front();
      } else {
        order.splice(order.end(), order, order.begin());
      }
    }
  };
  struct Tenant {
    Turns<std::string, std::deque<Waiting>> lanes;
    size_t waiting = 0;
    bool slow = false;
    bool empty() const { return lanes.empty(); }
  };

  void Measure(Tenant& tenant, std::chrono::steady_clock::duration wait) {
    if (limits_.wait_max.count() == 0) return;
    if (wait > limits_.wait_max) tenant.slow = true;
    if (wait < limits_.wait_max / 2) tenant.slow = false;
    if (wait > limits_.wait_max * 2) all_slow_ = true;
    if (wait < limits_.wait_max) all_slow_ = false;
  }

  const QueueLimits limits_;
  Turns<Uuid, Tenant> tenants_;
  size_t waiting_ = 0;
  bool all_slow_ = false;
};

}  // namespace vefa::runtime
