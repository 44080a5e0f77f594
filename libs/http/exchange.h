#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/http/message.h"

namespace vefa::http {

// One streamed request and its answer: the body is read in pieces and the answer written in pieces,
// at the same time if the handler wants. One thread may read while another writes. Lives as long as
// the handler runs.
class Exchange {
 public:
  // What holds the connection; private to libs/http.
  class Wire;
  Exchange(Request request, std::unique_ptr<Wire> wire, std::chrono::milliseconds write_timeout);
  ~Exchange();

  const Request& request() const { return request_; }

  // The next bytes of the body, waiting for at least one; empty at its end.
  // DEADLINE_EXCEEDED `PEER_SLOW`, UNAVAILABLE `PEER_GONE`, INVALID_ARGUMENT `HTTP_SYNTAX`.
  Result<std::string> Read(Deadline deadline);
  // Makes a Read under way or to come return CANCELLED `READING_ENDED`, within a moment. The answer
  // can still be written. Any thread.
  void EndReading() { reading_ended_ = true; }
  // Sends the head. Once, before Write.
  Status Begin(int status, const Headers& headers);
  // Sends a piece; a client that does not take it within the write timeout is cut.
  Status Write(std::string_view data);
  // Whether the client hung up or the server is stopping. A client that only half-closed after its
  // request cannot be told from one that left, so only answers without end should ask.
  bool Gone() const;

  // The server's part: the last chunk and the end of the connection. Returns the status sent.
  int Finish();
  // Wakes whoever reads or writes. Any thread.
  void Cut();
  void NoteStopping() { stopping_ = true; }

 private:
  Request request_;
  std::unique_ptr<Wire> wire_;
  const std::chrono::milliseconds write_timeout_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> reading_ended_{false};
  int status_ = 0;
  bool broken_ = false;
};

}  // namespace vefa::http
