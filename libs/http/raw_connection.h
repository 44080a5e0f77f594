#pragma once

#include <array>
#include <memory>
#include <string>

#include "libs/base/check.h"
#include "libs/http/server.h"
#include "libs/http/socket.h"

namespace vefa::http {

// A connection of a test that says exactly what it is told and shows exactly what comes back.
class RawConnection {
 public:
  explicit RawConnection(uint16_t port) {
    auto fd = Socket::Connect({"127.0.0.1", port}, Deadline::After(std::chrono::seconds(5)));
    VEFA_CHECK(fd.ok());
    fd_ = *fd;
    socket_ = std::make_unique<Socket>(fd_);
    socket_->set_write_deadline(Deadline::After(std::chrono::seconds(10)));
  }

  bool Say(std::string_view text) { return socket_->WriteAll(text).ok(); }
  // Everything until the other side closes, or until `until` has been seen.
  std::string Hear(std::string_view until = {}) {
    socket_->set_read_deadline(Deadline::After(std::chrono::seconds(10)));
    std::array<char, 4096> bytes;
    boost::system::error_code error;
    while (until.empty() || heard_.find(until) == std::string::npos) {
      size_t got = socket_->read_some(boost::asio::buffer(bytes), error);
      if (error) break;
      heard_.append(bytes.data(), got);
    }
    closed_ = static_cast<bool>(error) && error != boost::asio::error::timed_out;
    return std::exchange(heard_, {});
  }
  bool closed() const { return closed_; }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  std::unique_ptr<Socket> socket_;
  std::string heard_;
  bool closed_ = false;
};

}  // namespace vefa::http
