#include "libs/rpc/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "libs/http/url.h"
#include "libs/telemetry/log.h"

namespace vefa::rpc {
namespace {

// A connection takes gRPC about 40 kB in contact, where it keeps a table of 150 methods for each; so this many take 650 MB.
constexpr rlim_t kFilesMax = 16'384;
// What databases, Kafka, the ops port and calls to others need beside the connections.
constexpr rlim_t kFilesKept = 128;
constexpr int kWaiting = 1024;
constexpr int kAcceptedAtOnce = 256;
constexpr std::chrono::milliseconds kWait(10'000);
constexpr std::chrono::milliseconds kPause(100);
constexpr std::chrono::seconds kSayEvery(1);

Error CannotListen(const std::string& address, const char* why) {
  return Unavailable("LISTEN_FAILED", "Cannot listen on " + address + ": " + why + "; is another process using it?", 0);
}

// The number of a descriptor is the lowest that is free: so it says how many there are at least. Asked each time,
// because an operator may change the limit of a running process.
bool IsBeyond(int fd) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  rlim_t most = std::min(limit.rlim_cur, kFilesMax);
  return static_cast<rlim_t>(fd) + std::min(kFilesKept, most / 4) >= most;
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::Open(const std::string& address) {
  VEFA_TRY(http::HostPort at, http::ParseHostPort(address));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (int error = getaddrinfo(at.host.c_str(), std::to_string(at.port).c_str(), &hints, &found); error != 0)
    return CannotListen(address, gai_strerror(error));
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> freed(found, &freeaddrinfo);
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return CannotListen(address, std::strerror(errno));
  std::unique_ptr<Listener> listener(new Listener(fd));
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted connections inherit it.
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, kWaiting) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
    return CannotListen(address, std::strerror(errno));
  listener->port_ = ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                                      : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
  return listener;
}

Listener::~Listener() {
  Stop();
  close(fd_);
}

void Listener::AddTo(grpc::ServerBuilder& builder, std::shared_ptr<grpc::ServerCredentials> credentials) {
  using Kind = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
  acceptor_ = builder.experimental().AddExternalConnectionAcceptor(Kind::FROM_FD, std::move(credentials));
}

void Listener::Start() {
  loop_.emplace([this] { return Step(); });
}

void Listener::Stop() {
  // Wakes the thread that waits, and refuses who comes from now on.
  shutdown(fd_, SHUT_RD);
  if (loop_) loop_->Stop();
}

std::chrono::milliseconds Listener::Step() {
  pollfd wait{fd_, POLLIN, 0};
  if (poll(&wait, 1, static_cast<int>(kWait.count())) <= 0) return {};
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    if (AcceptOne()) continue;
    return errno == EAGAIN || errno == ECONNABORTED || errno == EINTR ? std::chrono::milliseconds(0) : kPause;
  }
  return {};
}

bool Listener::AcceptOne() {
  int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    bool full = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (full) Shed(-1);
    if (full) errno = EMFILE;
    return false;
  }
  if (IsBeyond(fd)) {
    Shed(fd);
    return true;
  }
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
  connection.listener_fd = fd_;
  connection.fd = fd;
  acceptor_->HandleNewConnection(&connection);
  return true;
}

void Listener::Shed(int fd) {
  if (fd >= 0) {
    close(fd);
    ++shed_;
  }
  auto now = std::chrono::steady_clock::now();
  if (now - said_ < kSayEvery) return;
  said_ = now;
  telemetry::Warn("too many connections: new ones are ended at once", {{"ended", std::to_string(std::exchange(shed_, 0))}});
}

}  // namespace vefa::rpc
