#include "tests/mail_sink/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "tests/mail_sink/control.h"

namespace vefa::mail_sink {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr size_t kConnectionsMax = 2000;
constexpr size_t kRequestMax = 8192;
constexpr std::chrono::seconds kIdle{300};
constexpr std::chrono::seconds kLinger{5};
constexpr std::chrono::seconds kSweep{1};
constexpr std::chrono::milliseconds kSlowTick{5};

Result<int> Open(int port, int& chosen) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::string why = std::strerror(errno);
    close(fd);
    return Unavailable("PORT_TAKEN", "Cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + why + ".");
  }
  chosen = ntohs(address.sin_port);
  return fd;
}

void Watch(int epoll, int operation, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll, operation, fd, &event);
}

}  // namespace

Server::Server(Settings settings, Mailbox& mailbox) : settings_(std::move(settings)), mailbox_(mailbox) {}

Server::~Server() {
  for (auto& [fd, connection] : connections_) close(fd);
  for (int fd : {smtp_listener_, control_listener_, epoll_})
    if (fd >= 0) close(fd);
}

Status Server::Listen(int smtp_port, int control_port) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  VEFA_CHECK(epoll_ >= 0);
  VEFA_TRY(smtp_listener_, Open(smtp_port, smtp_port_));
  VEFA_TRY(control_listener_, Open(control_port, control_port_));
  Watch(epoll_, EPOLL_CTL_ADD, smtp_listener_, EPOLLIN);
  Watch(epoll_, EPOLL_CTL_ADD, control_listener_, EPOLLIN);
  return Ok();
}

Status Server::Run(int stop_fd) {
  Watch(epoll_, EPOLL_CTL_ADD, stop_fd, EPOLLIN);
  next_sweep_ = SteadyClock::now() + kSweep;
  epoll_event events[256];
  for (;;) {
    int n = epoll_wait(epoll_, events, 256, WaitMs());
    for (int i = 0; i < n; ++i) {
      int fd = events[i].data.fd;
      if (fd == stop_fd) return Ok();
      if (fd == smtp_listener_ || fd == control_listener_) {
        AcceptAll(fd);
        continue;
      }
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) VEFA_TRY_OK(Readable(fd));
      if (events[i].events & EPOLLOUT) Send(fd);
    }
    Sweep();
  }
}

int Server::WaitMs() const {
  return faults_.slow_ms > 0 ? static_cast<int>(kSlowTick.count()) : 1000 * static_cast<int>(kSweep.count());
}

void Server::AcceptAll(int listener) {
  for (;;) {
    int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (connections_.size() >= kConnectionsMax) {
      close(fd);
      continue;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Connection& connection = connections_[fd];
    auto now = SteadyClock::now();
    connection.deadline = now + kIdle;
    Watch(epoll_, EPOLL_CTL_ADD, fd, EPOLLIN);
    if (listener == smtp_listener_) {
      connection.session = std::make_unique<Session>(settings_, faults_, counters_, mailbox_);
      connection.release = now + std::chrono::milliseconds(faults_.slow_ms);
      Send(fd);
    }
  }
}

Status Server::Readable(int fd) {
  auto found = connections_.find(fd);
  if (found == connections_.end()) return Ok();
  Connection& connection = found->second;
  char buffer[65536];
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return Ok();
  if (n <= 0) {
    Close(fd);
    return Ok();
  }
  if (connection.lingering || connection.finishing) return Ok();
  auto now = SteadyClock::now();
  connection.deadline = now + kIdle;
  if (connection.session == nullptr) {
    connection.request.append(buffer, static_cast<size_t>(n));
    if (connection.request.find("\r\n\r\n") == std::string::npos) {
      if (connection.request.size() > kRequestMax) Close(fd);
      return Ok();
    }
    connection.output = Control(connection.request, faults_, counters_, mailbox_);
    connection.finishing = true;
    Send(fd);
    return Ok();
  }
  connection.session->Receive({buffer, static_cast<size_t>(n)});
  VEFA_TRY_OK(mailbox_.Flush());
  if (connection.session->abandoned()) {
    Close(fd);
    return Ok();
  }
  connection.release = now + std::chrono::milliseconds(faults_.slow_ms);
  connection.finishing = connection.session->closing();
  Send(fd);
  return Ok();
}

void Server::Send(int fd) {
  auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  if (connection.session != nullptr) {
    connection.output += connection.session->output();
    connection.session->output().clear();
  }
  if (faults_.slow_ms > 0 && SteadyClock::now() < connection.release) return;  // Sweep comes back to it.
  while (!connection.output.empty()) {
    ssize_t n = send(fd, connection.output.data(), connection.output.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) return Close(fd);
    if (n < 0) break;
    connection.output.erase(0, static_cast<size_t>(n));
  }
  bool blocked = !connection.output.empty();
  if (blocked != connection.writing) {
    Watch(epoll_, EPOLL_CTL_MOD, fd, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    connection.writing = blocked;
  }
  if (!blocked && connection.finishing && !connection.lingering) Finish(fd, connection);
}

// Shuts our half only, and reads on for a while: closing with unread bytes would reset the
// connection and could take the reply away from the peer.
void Server::Finish(int fd, Connection& connection) {
  shutdown(fd, SHUT_WR);
  connection.lingering = true;
  connection.deadline = SteadyClock::now() + kLinger;
}

void Server::Close(int fd) {
  close(fd);
  connections_.erase(fd);
}

void Server::Sweep() {
  auto now = SteadyClock::now();
  if (faults_.slow_ms == 0 && now < next_sweep_) return;
  next_sweep_ = now + kSweep;
  std::vector<int> over;
  std::vector<int> ready;
  for (auto& [fd, connection] : connections_) {
    if (now >= connection.deadline) over.push_back(fd);
    else if (!connection.output.empty() && now >= connection.release) ready.push_back(fd);
  }
  for (int fd : over) Close(fd);
  for (int fd : ready) Send(fd);
}

}  // namespace vefa::mail_sink
