#pragma once

#include <memory>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/http/message.h"
#include "libs/http/url.h"

namespace vefa::http {

// One streamed request and its answer from the client's side. One thread may write while another
// reads. The connection ends with it.
class ClientStream {
 public:
  class Wire;
  explicit ClientStream(std::unique_ptr<Wire> wire);
  ~ClientStream();

  // Sends a piece of the request's body. Any error but the caller's deadline also comes from Read.
  Status Write(std::string_view data, Deadline deadline);
  // Says that the body is over.
  Status FinishWriting(Deadline deadline);
  // The head of the answer, body empty. Call once, before Read.
  Result<Response> ReadHead(Deadline deadline);
  // The next bytes of the answer, at least one; empty at its end. UNAVAILABLE `PEER_GONE` when it broke off.
  Result<std::string> Read(Deadline deadline);
  // Ends both directions; wakes whoever waits. Any thread.
  void Cut();

 private:
  std::unique_ptr<Wire> wire_;
};

// Speaks HTTP/1.1 over plain TCP to one server, waiting for the answers, with a deadline each. Keeps
// its connection alive between requests. Not thread-safe: one per thread. https is spoken through a
// local TLS proxy.
class Client {
 public:
  // Largest body of an answer Send takes; a longer one is RESOURCE_EXHAUSTED `ANSWER_TOO_LARGE`.
  static constexpr size_t kAnswerLimit = 64 << 20;

  explicit Client(Url server);
  ~Client();

  // Sends a whole request and reads the whole answer, of any status. `path` and `query` go as they
  // are, the path after the server's own. A kept connection that turns out dead before a byte of
  // the answer came is replaced once, for methods that may be repeated (GET, HEAD, PUT, DELETE).
  // UNAVAILABLE `CONNECT_FAILED`, `PEER_GONE`; DEADLINE_EXCEEDED `CONNECT_TIMEOUT`, `PEER_SLOW`.
  Result<Response> Send(const Request& request, Deadline deadline);

  // Opens a streamed exchange on a connection of its own and sends the head. A body follows by
  // ClientStream::Write if `with_body`.
  Result<std::unique_ptr<ClientStream>> Open(const Request& head, bool with_body, Deadline deadline);

 private:
  class Connection;
  // `reused` says whether an older connection was taken.
  Result<Response> SendOnce(const Request& request, Deadline deadline, bool& reused);

  const Url server_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace vefa::http
