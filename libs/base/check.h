#pragma once

namespace vefa {

// Prints what failed and where to standard error and aborts: a programmer's error, not bad input.
[[noreturn]] void CheckFailed(const char* expression, const char* file, int line);

}  // namespace vefa

#define VEFA_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::vefa::CheckFailed(#expression, __FILE__, __LINE__))
#define VEFA_CHECK_OK(expression) VEFA_CHECK((expression).ok())
