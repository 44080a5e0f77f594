#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace vefa::notification {

// When a message that was not taken is tried again: `steps` one after the other, then every
// `later`, until it is `give_up` old.
struct Schedule {
  std::vector<std::chrono::milliseconds> steps = {
      std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::minutes(15), std::chrono::minutes(30),
      std::chrono::hours(1),   std::chrono::hours(2),   std::chrono::hours(4)};
  std::chrono::milliseconds later = std::chrono::hours(6);
  std::chrono::milliseconds give_up = std::chrono::hours(72);
  // A greylist lets nobody in earlier.
  std::chrono::milliseconds greylist_least = std::chrono::minutes(5);

  // The wait before the attempt after number `attempt` (0 is the first); nullopt to give up.
  std::optional<std::chrono::milliseconds> Wait(int attempt, std::chrono::milliseconds age,
                                                std::string_view reason) const;
};

}  // namespace vefa::notification
