#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/redis/address.h"
#include "libs/redis/command.h"

struct redisContext;

namespace vefa::redis {

// One connection to a Redis that takes writes. Used by one thread.
class Wire {
 public:
  // Signs in and makes the scripts known. Takes at most 100 ms and 50 ms a command. UNAVAILABLE `REDIS_UNAVAILABLE`.
  static Result<std::unique_ptr<Wire>> Open(const Address& address, const std::vector<const Script*>& scripts);
  ~Wire();
  Wire(const Wire&) = delete;

  // Sends all of them and then reads every reply: one round trip. After an error the connection is of no use.
  // UNAVAILABLE `REDIS_CLOSED` when it was closed before the first reply, so that nothing is known to be done;
  // `REDIS_UNAVAILABLE` for anything else, a server that may not answer at the moment (a replica, one that is loading)
  // included.
  Result<std::vector<Replies>> Exchange(const std::vector<const Commands*>& batch);

 private:
  explicit Wire(redisContext* context) : context_(context) {}
  Result<Reply> Read();
  Status Greet(const Address& address, const std::vector<const Script*>& scripts);

  redisContext* context_;
};

}  // namespace vefa::redis
