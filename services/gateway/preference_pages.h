#pragma once

#include <string>

#include "libs/http/message.h"
#include "services/gateway/upstream.h"

namespace vefa::gateway {

// The page on which a person chooses what to hear of, how often, and to hear nothing for a while: by a signed link, without an account, a
// cookie or a script, in the person's language. GET shows it and changes nothing; POST takes the page's form. Thread-safe.
class PreferencePages {
 public:
  explicit PreferencePages(Upstream& contact) : contact_(contact) {}

  // Whether a path is one of ours: `/p/{token}`.
  static bool Owns(std::string_view path) { return path.starts_with("/p/"); }
  http::Response Serve(const http::Request& request) const;

 private:
  Upstream& contact_;
};

}  // namespace vefa::gateway
