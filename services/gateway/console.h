#pragma once

#include <string>

#include "libs/http/message.h"
#include "libs/http/static_files.h"

namespace vefa::gateway {

// The console's built files. An address that is no file is a page of the console, which is its
// index.html. Thread-safe.
class Console {
 public:
  explicit Console(const std::string& web_root) : files_(web_root) {}
  http::Response Serve(const http::Request& request);

 private:
  http::StaticFiles files_;
};

// The headers every answer carries: no sniffing, no referrer, no frames, an own browsing context;
// a policy that allows nothing where the answer brought none; HTTPS for ever where it is spoken.
void AddSecurityHeaders(http::Response& response, bool https);

}  // namespace vefa::gateway
