#pragma once

namespace vefa {

// A moment at which tests let a process die, stop, wait or fail. `name` is a literal such as
// `relay.after_produce`. Costs one load of an atomic while no faults are armed, and nothing at all in
// a build with -DVEFA_FAULT_POINTS=OFF. Armed by the environment: VEFA_FAULTS_FILE names a file with lines
// `<name> <kill|stop|sleep MS|error> <one in N>`, looked at again once a second. A kill or a stop removes the
// file as it strikes; every strike is noted in `<file>.hits`.
#ifndef VEFA_NO_FAULT_POINTS
// True when the caller is to behave as if what comes next failed.
bool FaultPoint(const char* name);
#else
inline bool FaultPoint(const char*) { return false; }
#endif

}  // namespace vefa
