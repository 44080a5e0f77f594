#include "services/notification/delivery/schedule.h"

#include <algorithm>

namespace vefa::notification {

std::optional<std::chrono::milliseconds> Schedule::Wait(int attempt, std::chrono::milliseconds age,
                                                        std::string_view reason) const {
  auto wait = attempt < static_cast<int>(steps.size()) ? steps[static_cast<size_t>(attempt)] : later;
  if (reason == "greylist") wait = std::max(wait, greylist_least);
  if (age + wait > give_up) return std::nullopt;
  return wait;
}

}  // namespace vefa::notification
