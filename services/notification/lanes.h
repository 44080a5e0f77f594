#pragma once

#include <cstdint>

#include "libs/base/id.h"

namespace vefa::notification {

// How many lanes delivery is divided into; as many rows as the migration made.
inline constexpr int16_t kLanes = 4;

// The lane of a chunk.
inline int16_t LaneOf(const Uuid& chunk) { return static_cast<int16_t>(chunk.bytes[15] % kLanes); }

}  // namespace vefa::notification
