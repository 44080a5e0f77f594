#include "libs/http/session.h"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <ctime>

#include "libs/http/socket.h"
#include "libs/http/wire.h"

namespace vefa::http {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

namespace {

constexpr size_t kFirstRead = 4096;
constexpr size_t kTargetLimit = 8 * 1024;
// More than any head may have, so that the parser's own limit speaks first.
constexpr size_t kBufferBytes = 128 * 1024;

// `http://host/path` is `/path`: RFC 9112 3.2.2 has servers accept it.
std::string_view OriginForm(std::string_view target) {
  if (!target.starts_with("http://") && !target.starts_with("https://")) return target;
  size_t slash = target.find('/', target.find("://") + 3);
  return slash == std::string_view::npos ? "/" : target.substr(slash);
}

}  // namespace

Session::Session(Core& core, asio::ip::tcp::socket socket, bool refuse)
    : core_(core), stream_(std::move(socket)), buffer_(kBufferBytes), refuse_(refuse) {
  std::lock_guard lock(core_.mutex);
  core_.sessions.insert(this);
}

Session::~Session() {
  std::lock_guard lock(core_.mutex);
  if (waiting_) core_.idle.erase(*waiting_);
  core_.sessions.erase(this);
  core_.changed.notify_all();
}

void Session::Start() {
  boost::system::error_code error;
  request_.peer = stream_.socket().remote_endpoint(error).address().to_string();
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->AwaitRequest(); });
}

void Session::Drain() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    self->draining_ = true;
    if (self->idle_) self->stream_.close();
  });
}

void Session::Cut() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    self->draining_ = true;
    if (!self->handed_over_) self->stream_.close();
  });
}

bool Session::GiveUpOne(Core& core) {
  std::shared_ptr<Session> longest;
  {
    std::lock_guard lock(core.mutex);
    while (longest == nullptr && !core.idle.empty()) {
      longest = core.idle.front()->weak_from_this().lock();
      core.idle.front()->waiting_.reset();
      core.idle.pop_front();
    }
  }
  if (longest != nullptr) longest->Drain();
  return longest != nullptr;
}

void Session::BeginWait() {
  idle_ = true;
  std::lock_guard lock(core_.mutex);
  waiting_ = core_.idle.insert(core_.idle.end(), this);
}

void Session::EndWait() {
  idle_ = false;
  std::lock_guard lock(core_.mutex);
  if (waiting_) core_.idle.erase(*waiting_);
  waiting_.reset();
}

void Session::AwaitRequest() {
  if (buffer_.size() > 0) return ReadHead();
  if (draining_) return;
  BeginWait();
  stream_.expires_after(core_.options.idle_timeout);
  stream_.async_read_some(buffer_.prepare(kFirstRead), [self = shared_from_this()](Error error, size_t bytes) {
    self->EndWait();
    if (error) return;
    self->buffer_.commit(bytes);
    self->ReadHead();
  });
}

void Session::ReadHead() {
  started_ = std::chrono::steady_clock::now();
  head_.emplace();
  body_.reset();
  head_->header_limit(static_cast<uint32_t>(core_.options.header_limit));
  head_->body_limit(boost::none);
  stream_.expires_after(core_.options.header_timeout);
  beast_http::async_read_header(stream_, buffer_, *head_, [self = shared_from_this()](Error error, size_t) {
    if (error) return self->OnReadError(error);
    self->OnHead();
  });
}

const char* Session::TakeHead() {
  const auto& head = head_->get();
  request_.method = std::string(head.method_string());
  request_.headers = {};
  request_.body.clear();
  for (const auto& field : head) request_.headers.Add(std::string(field.name_string()), std::string(field.value()));
  std::string_view target = OriginForm({head.target().data(), head.target().size()});
  size_t question = std::min(target.find('?'), target.size());
  request_.path = target.substr(0, question);
  request_.query = target.substr(std::min(question + 1, target.size()));
  if (target.empty() || target.front() != '/' || target.find('#') != std::string_view::npos)
    return "The request target must be a path.";
  if (head.version() == 11 && head.count(beast_http::field::host) != 1) return "There must be exactly one Host header.";
  return nullptr;
}

void Session::OnHead() {
  keep_alive_ = false;  // Until the body is read, an answer ends the connection.
  if (head_->get().version() != 10 && head_->get().version() != 11) return Refuse(505, "Speak HTTP/1.1.");
  if (head_->get().target().size() > kTargetLimit) return Refuse(414, "The address is longer than 8 KiB.");
  if (const char* wrong = TakeHead()) return Refuse(400, wrong);
  if (refuse_) return Refuse(503, "There are too many connections. Try again.", 1);
  route_ = core_.router(request_);
  if (route_.stream) return RunStream();
  auto length = head_->content_length();
  if (length && *length > route_.body_limit) return Refuse(413, "The body is larger than this resource takes.");
  ContinueThenReadBody(route_.body_limit);
}

void Session::ContinueThenReadBody(size_t limit) {
  bool wants_continue = request_.headers.HasToken("Expect", "100-continue") && !head_->is_done();
  body_.emplace(std::move(*head_));
  body_->body_limit(limit);
  if (!wants_continue) return ReadBody();
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  stream_.expires_after(core_.options.write_timeout);
  asio::async_write(stream_, asio::buffer(kContinue), [self = shared_from_this()](Error error, size_t) {
    if (!error) self->ReadBody();
  });
}

void Session::ReadBody() {
  stream_.expires_after(core_.options.body_timeout);
  beast_http::async_read(stream_, buffer_, *body_, [self = shared_from_this()](Error error, size_t) {
    if (error) return self->OnReadError(error);
    self->RunUnary();
  });
}

void Session::RunUnary() {
  keep_alive_ = body_->keep_alive();
  request_.body = std::move(body_->get().body());
  bool queued = core_.workers.TryPost([self = shared_from_this()] {
    Response response;
    try {
      response = self->route_.unary(self->request_);
    } catch (const std::exception&) {
      // Nothing of ours throws on purpose; one bad request must not end the process.
      response = TextResponse(500, "The server failed on this request.\n");
    }
    asio::post(self->stream_.get_executor(),
               [self, response = std::move(response)]() mutable { self->Respond(std::move(response)); });
  });
  if (!queued) Refuse(503, "The server is busy. Try again.", 1);
}

void Session::OnReadError(const Error& error) {
  keep_alive_ = false;
  if (error == beast_http::error::header_limit) return Refuse(431, "The request's head is too large.");
  if (error == beast_http::error::body_limit) return Refuse(413, "The body is larger than this resource takes.");
  if (error == beast_http::error::end_of_stream || error == beast_http::error::partial_message) return;
  static const auto& http_category = beast_http::make_error_code(beast_http::error::bad_value).category();
  if (error.category() == http_category) return Refuse(400, "This is not HTTP.");
  // Time-outs and broken connections: Beast has closed the socket, there is nobody to answer.
}

void Session::Refuse(int status, const char* sentence, int retry_after_seconds) {
  Response response = TextResponse(status, std::string(sentence) + "\n");
  if (retry_after_seconds > 0) response.headers.Add("Retry-After", std::to_string(retry_after_seconds));
  Respond(std::move(response));
}

void Session::Respond(Response response) {
  response_ = std::move(response);
  keep_alive_ = keep_alive_ && !draining_;
  bool has_body = response_.status != 204 && response_.status != 304;
  response_head_ = "HTTP/1.1 " + std::to_string(response_.status) + " " + StatusPhrase(response_.status) + "\r\n";
  response_.headers.AppendTo(response_head_);
  response_head_ += "Date: " + HttpDate(std::time(nullptr)) + "\r\n";
  if (has_body) response_head_ += "Content-Length: " + std::to_string(response_.body.size()) + "\r\n";
  response_head_ += keep_alive_ ? "\r\n" : "Connection: close\r\n\r\n";
  if (!has_body || request_.method == "HEAD") response_.body.clear();
  stream_.expires_after(core_.options.write_timeout);
  std::array<asio::const_buffer, 2> parts{asio::buffer(response_head_), asio::buffer(response_.body)};
  asio::async_write(stream_, parts, [self = shared_from_this()](Error error, size_t) { self->OnWritten(error); });
}

void Session::OnWritten(const Error& error) {
  if (core_.options.on_finished) core_.options.on_finished({request_, response_.status, Elapsed()});
  if (error) return;
  response_ = {};
  if (keep_alive_) return AwaitRequest();
  boost::system::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  Linger(kLingerBytes);
}

// Reads on for a moment after the last answer: closing with unread bytes would reset the connection
// and could take the answer away from the client.
void Session::Linger(size_t budget) {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kFirstRead), [self = shared_from_this(), budget](Error error, size_t bytes) {
    if (error || bytes >= budget) return;
    self->Linger(budget - bytes);
  });
}

void Session::RunStream() {
  if (head_->get().version() != 11) return Refuse(505, "A streamed exchange needs HTTP/1.1.");
  // From here the stream's thread alone touches the connection, if there is a thread for it.
  handed_over_ = true;
  if (core_.streams.TryPost([self = shared_from_this()] { self->StreamOnItsThread(); })) return;
  handed_over_ = false;
  Refuse(503, "There are too many streams. Try again.", 1);
}

void Session::StreamOnItsThread() {
  bool wants_continue = request_.headers.HasToken("Expect", "100-continue") && !head_->is_done();
  boost::system::error_code error;
  int fd = stream_.release_socket().release(error);
  if (error) return;
  auto wire = std::make_unique<Exchange::Wire>(fd, std::move(buffer_), std::move(*head_), wants_continue);
  Exchange exchange(std::move(request_), std::move(wire), core_.options.write_timeout);
  {
    std::lock_guard lock(core_.mutex);
    core_.exchanges.insert(&exchange);
    if (core_.stopping) exchange.NoteStopping();
  }
  try {
    route_.stream(exchange);
  } catch (const std::exception&) {
    exchange.Cut();
  }
  int status = exchange.Finish();
  if (core_.options.on_finished) core_.options.on_finished({exchange.request(), status, Elapsed()});
  std::lock_guard lock(core_.mutex);
  core_.exchanges.erase(&exchange);
}

std::chrono::microseconds Session::Elapsed() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started_);
}

}  // namespace vefa::http
