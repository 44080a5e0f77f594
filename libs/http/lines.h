#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/base/result.h"

namespace vefa::http {

// Cuts a stream of bytes into lines (`\n` or `\r\n`), each at most `limit` bytes long.
class LineCutter {
 public:
  explicit LineCutter(size_t limit) : limit_(limit) {}

  void Feed(std::string_view bytes) { buffer_.append(bytes); }
  // The next whole line without its end, nothing when more bytes are needed. INVALID_ARGUMENT
  // `LINE_TOO_LONG` as soon as a line is known to be too long; the cutter is of no use then.
  Result<std::optional<std::string>> Next();
  // What is left when the bytes are over: a last line without an end, or empty.
  std::string TakeRest();

 private:
  size_t limit_;
  std::string buffer_;
  size_t start_ = 0;     // Where the next line begins.
  size_t searched_ = 0;  // Up to where there is no end of line.
};

// The next events of a `text/event-stream`.
struct ServerSentEvent {
  std::string id;
  std::string type;
  std::string data;
};

// Puts lines of an event stream together (HTML standard 9.2.6, without `retry`).
class EventAssembler {
 public:
  // An event when `line` was the empty line that ends one with data.
  std::optional<ServerSentEvent> Take(std::string_view line);

 private:
  ServerSentEvent event_;
  bool has_data_ = false;
};

}  // namespace vefa::http
