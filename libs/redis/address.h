#pragma once

#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "libs/config/environment.h"

namespace vefa::redis {

// Where Redis is and how one signs in to it.
struct Address {
  std::string host;
  int port = 6379;
  std::string user;      // Empty: Redis's `default`.
  std::string password;  // Empty: nobody signs in.

  // `host:port` or `redis://[user]:password@host:port`, the password as it is. INVALID_ARGUMENT `REDIS_ADDRESS`.
  static Result<Address> Parse(std::string_view text);
};

// VEFA_REDIS_ADDRESS; a mistake of the environment where it is none. It must be set unless `without` says what is missing then.
std::string ReadAddress(config::Environment& environment, const std::string& without = "");

}  // namespace vefa::redis
