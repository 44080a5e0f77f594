#pragma once

#include "libs/http/message.h"
#include "services/gateway/upstream.h"

namespace vefa::gateway {

// The page on which a person confirms what they agreed to: by a signed link, without an account, a cookie or a script, in the person's
// language. GET shows what it is and changes nothing, because mail programs open links by themselves; POST confirms. Thread-safe.
class ConfirmationPages {
 public:
  explicit ConfirmationPages(Upstream& contact) : contact_(contact) {}

  // Whether a path is one of ours: `/c/{token}`.
  static bool Owns(std::string_view path) { return path.starts_with("/c/"); }
  http::Response Serve(const http::Request& request) const;

 private:
  Upstream& contact_;
};

}  // namespace vefa::gateway
