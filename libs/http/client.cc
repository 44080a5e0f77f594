#include "libs/http/client.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdio>
#include <optional>

#include "libs/http/socket.h"

namespace vefa::http {

namespace beast_http = boost::beast::http;

namespace {

constexpr size_t kAnswerReadBytes = 16 * 1024;
constexpr uint32_t kHeadLimit = 64 * 1024;
constexpr size_t kAnswerBytes = 256 * 1024;

bool MayRepeat(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
}

std::string Head(const Request& request, const Url& server, const std::string& framing) {
  std::string head = request.method + " " + server.path + request.path;
  if (!request.query.empty()) head += "?" + request.query;
  bool v6 = server.address.host.find(':') != std::string::npos;
  head += " HTTP/1.1\r\nHost: " + (v6 ? "[" + server.address.host + "]" : server.address.host) + ":" +
          std::to_string(server.address.port) + "\r\n";
  request.headers.AppendTo(head);
  return head + framing + "\r\n";
}

template <typename Message>
Response TakeHead(const Message& message) {
  Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) response.headers.Add(std::string(field.name_string()), std::string(field.value()));
  return response;
}

}  // namespace

class Client::Connection {
 public:
  explicit Connection(int fd) : socket(fd), buffer(kAnswerBytes) {}
  Socket socket;
  boost::beast::flat_buffer buffer;
};

Client::Client(Url server) : server_(std::move(server)) {}
Client::~Client() = default;

Result<Response> Client::SendOnce(const Request& request, Deadline deadline, bool& reused) {
  // A server that closed an idle connection has said so by now.
  if (connection_ && connection_->socket.PeerGone()) connection_.reset();
  reused = connection_ != nullptr;
  if (!connection_) {
    VEFA_TRY(int fd, Socket::Connect(server_.address, deadline));
    connection_ = std::make_unique<Connection>(fd);
  }
  // Only a connection on which everything went well is kept.
  std::unique_ptr<Connection> connection = std::move(connection_);
  connection->socket.set_write_deadline(deadline);
  connection->socket.set_read_deadline(deadline);
  bool sends_length = !request.body.empty() || (request.method != "GET" && request.method != "HEAD");
  std::string framing = sends_length ? "Content-Length: " + std::to_string(request.body.size()) + "\r\n" : "";
  Status sent = connection->socket.WriteAll(Head(request, server_, framing) + request.body);
  // A server that refuses the body early has answered already: look for it even if writing broke.
  if (!sent.ok() && sent.error().code == Code::kDeadlineExceeded) return sent.error();
  std::optional<beast_http::response_parser<beast_http::string_body>> parser;
  do {
    parser.emplace();
    parser->header_limit(kHeadLimit);
    parser->body_limit(kAnswerLimit);
    parser->skip(request.method == "HEAD");
    boost::system::error_code error;
    beast_http::read(connection->socket, connection->buffer, *parser, error);
    if (error == beast_http::error::body_limit)
      return Error{Code::kResourceExhausted, "ANSWER_TOO_LARGE", "The answer is larger than 64 MiB."};
    if (error) return sent.ok() ? FromBoost(error) : sent.error();
  } while (parser->get().result_int() / 100 == 1);
  Response response = TakeHead(parser->get());
  response.body = std::move(parser->get().body());
  if (sent.ok() && parser->keep_alive()) connection_ = std::move(connection);
  return response;
}

Result<Response> Client::Send(const Request& request, Deadline deadline) {
  bool reused = false;
  Result<Response> response = SendOnce(request, deadline, reused);
  bool again = !response.ok() && reused && response.error().reason == "PEER_GONE" && MayRepeat(request.method);
  return again ? SendOnce(request, deadline, reused) : std::move(response);
}

class ClientStream::Wire {
 public:
  Wire(int fd, bool writes) : socket(fd), buffer(kAnswerBytes), writing(writes) {}
  Socket socket;
  boost::beast::flat_buffer buffer;
  std::optional<beast_http::response_parser<beast_http::buffer_body>> parser;
  bool writing;
};

Result<std::unique_ptr<ClientStream>> Client::Open(const Request& head, bool with_body, Deadline deadline) {
  VEFA_TRY(int fd, Socket::Connect(server_.address, deadline));
  auto wire = std::make_unique<ClientStream::Wire>(fd, with_body);
  wire->socket.set_write_deadline(deadline);
  std::string framing = with_body ? "Transfer-Encoding: chunked\r\n" : "";
  VEFA_TRY_OK(wire->socket.WriteAll(Head(head, server_, framing + "Connection: close\r\n")));
  return std::make_unique<ClientStream>(std::move(wire));
}

ClientStream::ClientStream(std::unique_ptr<Wire> wire) : wire_(std::move(wire)) {}
ClientStream::~ClientStream() = default;

Status ClientStream::Write(std::string_view data, Deadline deadline) {
  VEFA_CHECK(wire_->writing);
  if (data.empty()) return Ok();
  char size[20];
  int length = std::snprintf(size, sizeof(size), "%zx\r\n", data.size());
  wire_->socket.set_write_deadline(deadline);
  return wire_->socket.WriteAll(std::string(size, static_cast<size_t>(length)).append(data).append("\r\n"));
}

Status ClientStream::FinishWriting(Deadline deadline) {
  VEFA_CHECK(wire_->writing);
  wire_->writing = false;
  wire_->socket.set_write_deadline(deadline);
  return wire_->socket.WriteAll("0\r\n\r\n");
}

Result<Response> ClientStream::ReadHead(Deadline deadline) {
  VEFA_CHECK(!wire_->parser);
  wire_->socket.set_read_deadline(deadline);
  do {
    wire_->parser.emplace();
    wire_->parser->header_limit(kHeadLimit);
    wire_->parser->body_limit(boost::none);
    boost::system::error_code error;
    beast_http::read_header(wire_->socket, wire_->buffer, *wire_->parser, error);
    if (error) return FromBoost(error);
  } while (wire_->parser->get().result_int() / 100 == 1);
  return TakeHead(wire_->parser->get());
}

Result<std::string> ClientStream::Read(Deadline deadline) {
  VEFA_CHECK(wire_->parser);
  auto& parser = *wire_->parser;
  if (parser.is_done()) return std::string();
  wire_->socket.set_read_deadline(deadline);
  std::string bytes(kAnswerReadBytes, '\0');
  auto& body = parser.get().body();
  body.data = bytes.data();
  body.size = bytes.size();
  body.more = true;
  while (body.size == bytes.size() && !parser.is_done()) {
    boost::system::error_code error;
    beast_http::read_some(wire_->socket, wire_->buffer, parser, error);
    if (error && error != beast_http::error::need_buffer) return FromBoost(error);
  }
  bytes.resize(bytes.size() - body.size);
  return bytes;
}

void ClientStream::Cut() { wire_->socket.Shutdown(); }

}  // namespace vefa::http
