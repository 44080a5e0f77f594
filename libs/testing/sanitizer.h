#pragma once

#include <cstdlib>
#include <string>
#include <vector>

namespace vefa {

// Whether this build looks for mistakes of memory or threads, which makes it many times as slow and keeps freed memory.
#ifdef VEFA_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// What a process started with an environment of its own must be told as well (`NAME=value`), so that it judges as this one does.
inline std::vector<std::string> SanitizerOptions() {
  std::vector<std::string> options;
  for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"})
    if (const char* value = std::getenv(name)) options.push_back(std::string(name) + "=" + value);
  return options;
}

}  // namespace vefa
