#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "libs/base/result.h"

namespace vefa::permissions {

// Calls RPCs by name with one message. Used by one thread.
class Wire {
 public:
  explicit Wire(const std::string& address);
  // `path` is `/package.Service/Method`; `principal` empty for none; `request` serialised. How the call ended; what was answered, of a
  // stream first, as it travelled in `answer`.
  Status Call(const std::string& path, const std::string& principal, const std::string& request = "", std::string* answer = nullptr);

 private:
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace vefa::permissions
