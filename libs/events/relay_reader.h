#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "libs/base/result.h"
#include "libs/events/relay_store.h"
#include "libs/runtime/loop.h"

namespace vefa::events {

// Lets the database work while the relay produces what it read before and hears of acknowledgements: one exchange at
// a time, in a thread of its own. Owned and called by the relay's thread.
class RelayReader {
 public:
  using Work = std::function<Result<PendingRows>()>;

  // `done` is called in the reader's thread after each exchange.
  explicit RelayReader(std::function<void()> done);

  // Only while it is not busy.
  void Start(Work work);
  // From Start until Take gave the result.
  bool busy() const { return busy_; }
  // The result, once it is there.
  std::optional<Result<PendingRows>> Take();

 private:
  std::chrono::milliseconds Step();

  const std::function<void()> done_;
  bool busy_ = false;
  std::mutex mutex_;
  Work work_;
  std::optional<Result<PendingRows>> result_;
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::events
