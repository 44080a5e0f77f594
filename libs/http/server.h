#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "libs/base/result.h"
#include "libs/http/message.h"

namespace vefa::http {

class Exchange;

// How one request is to be run. Exactly one of the two functions is set.
struct Route {
  // The body is read whole, then this runs on a worker.
  std::function<Response(const Request&)> unary;
  // Runs on a thread of its own, which may read the body while it writes the answer.
  std::function<void(Exchange&)> stream;
  // Largest body of a unary request; a larger one is answered 413.
  size_t body_limit = 1 << 20;
};

// Chooses the route once the head is read; runs on an io thread and must not wait.
using Router = std::function<Route(const Request& head)>;

// What is told of every request when it is over; runs on a server thread and must not wait.
struct Finished {
  const Request& request;
  int status = 0;
  std::chrono::microseconds duration{};
};

struct ServerOptions {
  std::string address = "127.0.0.1:0";
  size_t io_threads = 1;
  size_t workers = 8;
  size_t queue = 256;             // Requests that wait for a worker; beyond: 503.
  // Beyond, the connection that has waited longest for a request is ended. Where none waits: 503, and beyond a quarter
  // more the door stays shut.
  size_t connections_max = 1024;
  size_t streams_max = 64;        // Streamed exchanges at once, a thread each; beyond: 503.
  size_t header_limit = 16 * 1024;
  std::chrono::milliseconds idle_timeout{60'000};    // Between two requests of a connection.
  std::chrono::milliseconds header_timeout{10'000};  // From a request's first byte to the end of its head.
  std::chrono::milliseconds body_timeout{30'000};    // For a unary body.
  std::chrono::milliseconds write_timeout{30'000};   // For a unary answer, or one write of a stream.
  std::chrono::milliseconds drain_timeout{10'000};   // Stop waits this long for requests under way.
  std::function<void(const Finished&)> on_finished;
};

// An HTTP/1.1 server with bounds on everything. Keep-alive and pipelining; a slow client is cut.
class Server {
 public:
  // Listens and serves at once. UNAVAILABLE `LISTEN_FAILED`, INVALID_ARGUMENT `ADDRESS_SYNTAX`.
  static Result<std::unique_ptr<Server>> Start(ServerOptions options, Router router);
  // Stops.
  ~Server();

  // The port it listens on, chosen by the system when the address said 0.
  uint16_t port() const;
  // Takes no new connection, lets requests under way end (up to drain_timeout), then cuts the rest.
  // Streams see Exchange::Gone at once. Called again it does nothing.
  void Stop();
  // Connections open at this moment.
  size_t connections() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vefa::http
