#include "libs/runtime/signals.h"

#include <malloc.h>
#include <signal.h>
#include <time.h>

namespace vefa::runtime {
namespace {

// An arena keeps the size of its largest backlog until somebody says that the pages may go.
constexpr timespec kTrimEvery{.tv_sec = 30, .tv_nsec = 0};

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
