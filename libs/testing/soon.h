#pragma once

#include <chrono>

#include "libs/base/clock.h"

namespace vefa {

// Of what a test asks for and is answered at once: long enough for a busy machine and a sanitizer.
inline Deadline Soon() { return Deadline::After(std::chrono::seconds(60)); }

}  // namespace vefa
