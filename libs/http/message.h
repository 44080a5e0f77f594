#pragma once

#include <string>
#include <string_view>

#include "libs/http/headers.h"

namespace vefa::http {

// What a client asked for. `path` and `query` are as they came, not decoded.
struct Request {
  std::string method;
  std::string path;
  std::string query;
  Headers headers;
  std::string body;  // Empty in a streamed exchange.
  std::string peer;  // Address of the other side, for logs and limits.

  bool is(std::string_view wanted_method, std::string_view wanted_path) const {
    return method == wanted_method && path == wanted_path;
  }
};

// What the client gets. Content-Length, Date and Connection are the server's to write.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// A response of a type, for handlers that say one thing.
inline Response TextResponse(int status, std::string body, std::string type = "text/plain; charset=utf-8") {
  return {status, Headers{{"Content-Type", std::move(type)}}, std::move(body)};
}

}  // namespace vefa::http
