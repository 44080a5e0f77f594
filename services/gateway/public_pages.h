#pragma once

#include <string>

#include "libs/http/message.h"
#include "services/gateway/upstream.h"

namespace vefa::gateway {

// The page behind a message's unsubscribe link, for people who are not signed in. GET shows it in
// the person's language and changes nothing; POST takes the agreement back, from the page's form
// or by one click of a mail program (RFC 8058): no cookie, no redirect, as often as one likes.
class PublicPages {
 public:
  explicit PublicPages(Upstream& notification) : notification_(notification) {}

  // Whether a path is one of ours: `/u/{token}`.
  static bool Owns(std::string_view path) { return path.starts_with("/u/"); }
  http::Response Serve(const http::Request& request) const;

 private:
  Upstream& notification_;
};

}  // namespace vefa::gateway
