#include "libs/http/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <cerrno>
#include <cstring>

namespace vefa::http {
namespace {

// True when the socket is ready, false at the deadline.
bool Wait(int fd, short events, Deadline deadline) {
  while (true) {
    pollfd poll_fd{fd, events, 0};
    int left = static_cast<int>(deadline.Left().count());
    int ready = poll(&poll_fd, 1, left);
    if (ready > 0) return true;
    if (ready == 0 && deadline.Passed()) return false;
    if (ready < 0 && errno != EINTR) return true;  // The read or write itself will say what is wrong.
  }
}

Error ConnectError(const HostPort& address, const std::string& why) {
  return Unavailable("CONNECT_FAILED",
                     "Cannot connect to " + address.host + ":" + std::to_string(address.port) + ": " + why + ".");
}

Result<int> ConnectOne(const HostPort& address, const addrinfo& target, Deadline deadline) {
  int fd = socket(target.ai_family, target.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, target.ai_protocol);
  if (fd < 0) return ConnectError(address, std::strerror(errno));
  int error = connect(fd, target.ai_addr, target.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    if (!Wait(fd, POLLOUT, deadline)) {
      close(fd);
      return Error{Code::kDeadlineExceeded, "CONNECT_TIMEOUT", "No answer from " + address.host + " in time."};
    }
    socklen_t size = sizeof(error);
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error != 0) {
    close(fd);
    return ConnectError(address, std::strerror(error));
  }
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

}  // namespace

Socket::~Socket() { close(fd_); }

Result<int> Socket::Connect(const HostPort& address, Deadline deadline) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int code = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (code != 0) return ConnectError(address, gai_strerror(code));
  Result<int> result = ConnectError(address, "the name has no address");
  for (addrinfo* one = found; one != nullptr && !result.ok(); one = one->ai_next)
    result = ConnectOne(address, *one, deadline);
  freeaddrinfo(found);
  return result;
}

size_t Socket::ReadSome(char* data, size_t size, boost::system::error_code& error) {
  while (true) {
    ssize_t got = recv(fd_, data, size, 0);
    if (got > 0) {
      error = {};
      return static_cast<size_t>(got);
    }
    if (got == 0) {
      error = boost::asio::error::eof;
      return 0;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      error.assign(errno, boost::system::system_category());
      return 0;
    }
    if (!Wait(fd_, POLLIN, read_deadline_)) {
      error = boost::asio::error::timed_out;
      return 0;
    }
  }
}

Status Socket::WriteAll(std::string_view data) {
  while (!data.empty()) {
    ssize_t sent = send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      data.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!Wait(fd_, POLLOUT, write_deadline_))
        return Error{Code::kDeadlineExceeded, "PEER_SLOW", "The other side did not take the data in time."};
    } else if (errno != EINTR) {
      return Unavailable("PEER_GONE",
                         std::string("The other side closed the connection: ") + std::strerror(errno) + ".");
    }
  }
  return Ok();
}

bool Socket::PeerGone() const {
  pollfd poll_fd{fd_, POLLRDHUP, 0};
  return poll(&poll_fd, 1, 0) > 0;
}

void Socket::Shutdown() { shutdown(fd_, SHUT_RDWR); }

void Socket::Linger() {
  shutdown(fd_, SHUT_WR);
  set_read_deadline(Deadline::After(kLingerTime));
  std::array<char, 4096> discarded;
  boost::system::error_code error;
  for (size_t total = 0; !error && total < kLingerBytes;) total += ReadSome(discarded.data(), discarded.size(), error);
}

Error FromBoost(const boost::system::error_code& error) {
  if (error == boost::asio::error::timed_out)
    return {Code::kDeadlineExceeded, "PEER_SLOW", "The other side did not send in time."};
  if (error == boost::asio::error::eof || error == boost::beast::http::error::end_of_stream ||
      error == boost::beast::http::error::partial_message || error.category() == boost::system::system_category())
    return Unavailable("PEER_GONE", "The other side closed the connection.");
  return InvalidArgument("HTTP_SYNTAX", "The other side does not speak HTTP: " + error.message() + ".");
}

}  // namespace vefa::http
