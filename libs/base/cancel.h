#pragma once

#include <functional>

namespace vefa {

// While it lives, what waits in this thread (a statement, for example) asks now and then whether its caller has gone away, and gives
// up when he has. `gone` may be called by this thread alone, some twenty times a second.
class CancelScope {
 public:
  explicit CancelScope(std::function<bool()> gone);
  ~CancelScope();
  CancelScope(const CancelScope&) = delete;

  // Of the innermost scope of the calling thread; false without one.
  static bool Gone();
  static bool Watched();

 private:
  std::function<bool()> gone_;
  const CancelScope* outer_;
};

}  // namespace vefa
