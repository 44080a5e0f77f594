#pragma once

#include <chrono>

#include "libs/base/clock.h"

namespace vefa {

// Of what a test asks for and is answered at once: long enough for a busy machine and a sanitizer.
inline Deadline Soon() { return Deadline::After(std::chrono::seconds(60)); }

// Whether this build looks for mistakes of memory or threads, which makes it many times as slow and keeps freed memory.
#ifdef VEFA_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace vefa
