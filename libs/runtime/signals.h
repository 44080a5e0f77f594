#pragma once

namespace vefa::runtime {

// Blocks SIGTERM and SIGINT in this thread and in those it starts, and ignores SIGPIPE. Call
// first thing in main.
void BlockStopSignals();

// Waits until SIGTERM or SIGINT arrives; returns its number.
int WaitForStopSignal();

}  // namespace vefa::runtime
