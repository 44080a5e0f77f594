#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <mutex>

#include "libs/http/exchange.h"
#include "libs/http/socket.h"

namespace vefa::http {

// The connection under an Exchange, taken over from the asynchronous session with what was read
// too far.
class Exchange::Wire {
 public:
  using HeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  Wire(int fd, boost::beast::flat_buffer read_ahead, HeadParser&& head, bool expects_continue)
      : socket(fd), buffer(std::move(read_ahead)), parser(std::move(head)), wants_continue(expects_continue) {}

  Socket socket;
  boost::beast::flat_buffer buffer;
  Parser parser;
  // The client waits for `100 Continue` before it sends the body.
  std::atomic<bool> wants_continue;
  // The `100 Continue` of the reading thread must not fall into the middle of the answer.
  std::mutex write_mutex;
};

}  // namespace vefa::http
