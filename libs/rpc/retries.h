#pragma once

#include <string>

namespace vefa::rpc {

// The service config of our channels, as JSON: each call goes to the next replica by turns, replicas that say they are
// not serving get none, and what only reads is asked again when a replica is not available: after 50 ms, then 100 ms, by
// gRPC, a fifth more or less. What reads is what REST binds to GET or what declares to have no side effects. Asking again
// has a budget: it ends while more than a fraction of all calls fails, so that it cannot keep down who is down.
std::string ChannelConfig();

}  // namespace vefa::rpc
