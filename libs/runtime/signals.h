#pragma once

namespace vefa::runtime {

// Blocks SIGTERM and SIGINT in this thread and in those it starts, and ignores SIGPIPE. Call
// first thing in main.
void BlockStopSignals();

// Waits until SIGTERM or SIGINT arrives; returns its number. The main thread, which has nothing else to do, gives freed
// memory back to the system every five seconds meanwhile.
int WaitForStopSignal();

}  // namespace vefa::runtime
