#include "libs/events/relay_core.h"

#include <algorithm>

namespace vefa::events {

size_t RelayCore::Room() const {
  return in_flight_.size() >= in_flight_max_ ? 0 : in_flight_max_ - in_flight_.size();
}

std::vector<int64_t> RelayCore::Held() const {
  std::vector<int64_t> held(in_flight_.begin(), in_flight_.end());
  held.insert(held.end(), acknowledged_.begin(), acknowledged_.end());
  return held;
}

size_t RelayCore::Take(std::span<const int64_t> ids) {
  size_t taken = std::min(ids.size(), Room());
  in_flight_.insert(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(taken));
  return taken;
}

void RelayCore::Acknowledge(int64_t id) {
  if (in_flight_.erase(id) > 0) acknowledged_.insert(id);
}

void RelayCore::Deleted(std::span<const int64_t> ids) {
  for (int64_t id : ids) acknowledged_.erase(id);
}

void RelayCore::DatabaseRestored() {
  in_flight_.clear();
  acknowledged_.clear();
}

}  // namespace vefa::events
