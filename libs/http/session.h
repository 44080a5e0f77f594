#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "libs/http/exchange.h"
#include "libs/http/server.h"
#include "libs/http/workers.h"

namespace vefa::http {

class Session;

// What the connections of one server share. The io_context is last: what it still holds when it
// goes looks into the sets above it.
struct Core {
  Core(ServerOptions the_options, Router the_router)
      : options(std::move(the_options)),
        router(std::move(the_router)),
        streams(options.streams_max, 0),
        workers(options.workers, options.queue) {}

  const ServerOptions options;
  const Router router;
  std::mutex mutex;
  std::condition_variable changed;
  std::unordered_set<Session*> sessions;
  std::list<Session*> idle;  // Those that wait for a request, the longest first.
  std::unordered_set<Exchange*> exchanges;
  bool stopping = false;
  Workers streams;
  Workers workers;
  boost::asio::io_context io;
};

// One connection: reads a request, has it run, writes the answer, and again. Everything runs on the
// connection's strand but the handler. Shared, because the asynchronous operations under way own
// it: it lives until the last of them ends.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // `refuse` answers every request 503: there are too many connections.
  Session(Core& core, boost::asio::ip::tcp::socket socket, bool refuse);
  ~Session();

  void Start();
  // Ends the connection after the request under way, at once when there is none. Any thread.
  void Drain();
  // Ends the connection now. Any thread.
  void Cut();
  // Ends the connection that has waited longest for a request, so that another may come; false when all are at work.
  static bool GiveUpOne(Core& core);

 private:
  using Error = boost::system::error_code;
  using HeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using BodyParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void AwaitRequest();
  void BeginWait();
  void EndWait();
  void ReadHead();
  void OnHead();
  // Fills request_ from the parsed head; what is wrong with it, or nullptr.
  const char* TakeHead();
  void ContinueThenReadBody(size_t limit);
  void ReadBody();
  void RunUnary();
  void RunStream();
  void StreamOnItsThread();
  std::chrono::microseconds Elapsed() const;
  void OnReadError(const Error& error);
  void Refuse(int status, const char* sentence, int retry_after_seconds = 0);
  void Respond(Response response);
  void OnWritten(const Error& error);
  void Linger(size_t budget);

  Core& core_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<HeadParser> head_;
  std::optional<BodyParser> body_;
  Route route_;
  Request request_;
  Response response_;
  std::string response_head_;
  std::chrono::steady_clock::time_point started_;
  const bool refuse_;
  bool idle_ = false;
  std::optional<std::list<Session*>::iterator> waiting_;  // Our place among the idle; under the core's mutex.
  bool draining_ = false;
  bool keep_alive_ = false;
  bool handed_over_ = false;
};

}  // namespace vefa::http
