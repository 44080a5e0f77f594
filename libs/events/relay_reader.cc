#include "libs/events/relay_reader.h"

#include <utility>

#include "libs/base/check.h"

namespace vefa::events {
namespace {

// Only Start gives it something to do.
constexpr std::chrono::hours kReaderRest(1);

}  // namespace

RelayReader::RelayReader(std::function<void()> done) : done_(std::move(done)), loop_([this] { return Step(); }) {}

void RelayReader::Start(Work work) {
  VEFA_CHECK(!busy_);
  busy_ = true;
  {
    std::lock_guard lock(mutex_);
    work_ = std::move(work);
  }
  loop_.Wake();
}

std::optional<Result<PendingRows>> RelayReader::Take() {
  std::lock_guard lock(mutex_);
  if (result_) busy_ = false;
  return std::exchange(result_, std::nullopt);
}

std::chrono::milliseconds RelayReader::Step() {
  Work work;
  {
    std::lock_guard lock(mutex_);
    work = std::exchange(work_, nullptr);
  }
  if (work == nullptr) return kReaderRest;
  auto result = work();
  {
    std::lock_guard lock(mutex_);
    result_.emplace(std::move(result));
  }
  done_();
  return kReaderRest;
}

}  // namespace vefa::events
