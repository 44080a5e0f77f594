#include "libs/runtime/signals.h"

#include <malloc.h>
#include <signal.h>
#include <time.h>

namespace vefa::runtime {
namespace {

// An arena keeps the size of its largest backlog until somebody says that the pages may go.
constexpr timespec kTrimEvery{.tv_sec = 5, .tv_nsec = 0};
// Blocks from this size on go back at once. glibc would raise it to the largest that was ever freed, and keep 19 MiB for ever
// after the first password.
constexpr int kReturnedBytes = 1 << 20;
// Each of dozens of threads would have an arena of its own, up to eight for each processor, and each keeps its largest backlog.
constexpr int kArenasMax = 2;

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void BlockStopSignals() {
  sigset_t set = StopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  mallopt(M_MMAP_THRESHOLD, kReturnedBytes);
  mallopt(M_ARENA_MAX, kArenasMax);
}

int WaitForStopSignal() {
  sigset_t set = StopSignals();
  for (;;) {
    int got = sigtimedwait(&set, nullptr, &kTrimEvery);
    if (got > 0) return got;
    malloc_trim(0);
  }
}

}  // namespace vefa::runtime
