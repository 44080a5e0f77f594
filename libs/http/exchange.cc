#include "libs/http/exchange.h"

#include <algorithm>
#include <boost/beast/http/read.hpp>
#include <cstdio>
#include <ctime>

#include "libs/base/check.h"
#include "libs/http/wire.h"

namespace vefa::http {

namespace beast_http = boost::beast::http;

constexpr size_t kReadBytes = 16 * 1024;
// How often a waiting Read looks whether it is still wanted.
constexpr auto kReadSlice = std::chrono::milliseconds(200);

Exchange::Exchange(Request request, std::unique_ptr<Wire> wire, std::chrono::milliseconds write_timeout)
    : request_(std::move(request)), wire_(std::move(wire)), write_timeout_(write_timeout) {}

Exchange::~Exchange() = default;

Result<std::string> Exchange::Read(Deadline deadline) {
  if (wire_->parser.is_done()) return std::string();
  if (wire_->wants_continue.exchange(false)) {
    std::lock_guard lock(wire_->write_mutex);
    // Once the answer has begun its head says as much as a 100 would.
    if (status_ == 0) {
      wire_->socket.set_write_deadline(Deadline::After(write_timeout_));
      VEFA_TRY_OK(wire_->socket.WriteAll("HTTP/1.1 100 Continue\r\n\r\n"));
    }
  }
  std::string bytes(kReadBytes, '\0');
  auto& body = wire_->parser.get().body();
  body.data = bytes.data();
  body.size = bytes.size();
  body.more = true;
  // A read of the socket may bring only chunk framing: go on until there is content or the end.
  while (body.size == bytes.size() && !wire_->parser.is_done()) {
    if (reading_ended_) return Error{Code::kCancelled, "READING_ENDED", "Nothing more is read."};
    wire_->socket.set_read_deadline(Deadline::After(std::min(kReadSlice, deadline.Left())));
    boost::system::error_code error;
    beast_http::read_some(wire_->socket, wire_->buffer, wire_->parser, error);
    if (error == boost::asio::error::timed_out && !deadline.Passed()) continue;
    if (error && error != beast_http::error::need_buffer) return FromBoost(error);
  }
  bytes.resize(bytes.size() - body.size);
  return bytes;
}

Status Exchange::Begin(int status, const Headers& headers) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " " + StatusPhrase(status) + "\r\n";
  headers.AppendTo(head);
  head += "Date: " + HttpDate(std::time(nullptr)) + "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
  std::lock_guard lock(wire_->write_mutex);
  VEFA_CHECK(status_ == 0);
  status_ = status;
  wire_->socket.set_write_deadline(Deadline::After(write_timeout_));
  Status sent = wire_->socket.WriteAll(head);
  broken_ = !sent.ok();
  return sent;
}

Status Exchange::Write(std::string_view data) {
  if (data.empty()) return Ok();  // An empty chunk would be the end.
  char size[20];
  int length = std::snprintf(size, sizeof(size), "%zx\r\n", data.size());
  std::string chunk;
  chunk.reserve(data.size() + 24);
  chunk.append(size, static_cast<size_t>(length)).append(data).append("\r\n");
  std::lock_guard lock(wire_->write_mutex);
  VEFA_CHECK(status_ != 0);
  wire_->socket.set_write_deadline(Deadline::After(write_timeout_));
  Status sent = wire_->socket.WriteAll(chunk);
  if (!sent.ok()) broken_ = true;
  return sent;
}

bool Exchange::Gone() const { return stopping_ || wire_->socket.PeerGone(); }

int Exchange::Finish() {
  if (status_ == 0) {
    Status begun = Begin(500, Headers{{"Content-Type", "text/plain; charset=utf-8"}});
    if (begun.ok()) (void)Write("The server gave no answer.\n");
  }
  std::lock_guard lock(wire_->write_mutex);
  if (broken_) return status_;
  wire_->socket.set_write_deadline(Deadline::After(write_timeout_));
  if (wire_->socket.WriteAll("0\r\n\r\n").ok()) wire_->socket.Linger();
  return status_;
}

void Exchange::Cut() { wire_->socket.Shutdown(); }

}  // namespace vefa::http
