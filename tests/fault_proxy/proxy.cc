#include "tests/fault_proxy/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "libs/base/backoff.h"
#include "tests/fault_proxy/control.h"

namespace vefa::fault_proxy {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr size_t kPairsMax = 4096;
constexpr size_t kRequestMax = 8192;
constexpr int kIdleMs = 1000;
// How long a server may go on with what it was told before its client was cut off.
constexpr std::chrono::seconds kCondemnedFor{10};

sockaddr_in Local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Result<int> Open(int& port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = Local(port);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::string why = std::strerror(errno);
    close(fd);
    return Unavailable("PORT_TAKEN", "Cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + why + ".");
  }
  port = ntohs(address.sin_port);
  return fd;
}

void NoDelay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// Closes with a reset, so that the peer learns at once.
void CloseHard(int fd) {
  linger now{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
}

}  // namespace

// One of the two sockets of a connection.
struct Proxy::Side {
  int fd = -1;
  uint32_t watched = 0;
  bool ended = false;   // It will send no more.
  bool shut = false;    // We will send no more to it.
};

// A client, the server it reached, and what is under way between them.
struct Proxy::Pair {
  uint32_t id = 0;
  Link* link = nullptr;
  Side client, server;
  Flow up, down;
  CommitWatch commits;
  bool connecting = true;
  bool condemned = false;  // The client is gone; the server finishes what it was told.
  SteadyTime condemned_until{};

  Side& from(bool client_side) { return client_side ? client : server; }
  Side& to(bool client_side) { return client_side ? server : client; }
  Flow& flow(bool client_side) { return client_side ? up : down; }
  const Toxics& toxics(bool client_side) const { return client_side ? link->faults.up : link->faults.down; }
};

Proxy::Proxy() : epoll_(epoll_create1(EPOLL_CLOEXEC)) { VEFA_CHECK(epoll_ >= 0); }

Proxy::~Proxy() {
  for (auto& [id, pair] : pairs_)
    for (int fd : {pair->client.fd, pair->server.fd})
      if (fd >= 0) close(fd);
  for (auto& [fd, text] : control_peers_) close(fd);
  for (Link& link : links_)
    if (link.listener >= 0) close(link.listener);
  for (int fd : {control_, epoll_})
    if (fd >= 0) close(fd);
}

void Proxy::Watch(int operation, int fd, Kind kind, uint32_t id, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = static_cast<uint64_t>(kind) << 32 | id;
  epoll_ctl(epoll_, operation, fd, &event);
}

Status Proxy::Listen(std::vector<LinkSpec> specs, int control_port) {
  control_port_ = control_port;
  VEFA_TRY(control_, Open(control_port_));
  Watch(EPOLL_CTL_ADD, control_, Kind::kControl, 0, EPOLLIN);
  for (LinkSpec& spec : specs) {
    Link link;
    link.spec = std::move(spec);
    VEFA_TRY(link.listener, Open(link.spec.listen_port));
    Watch(EPOLL_CTL_ADD, link.listener, Kind::kListener, static_cast<uint32_t>(links_.size()), EPOLLIN);
    links_.push_back(std::move(link));
  }
  return Ok();
}

void Proxy::Run(int stop_fd) {
  Watch(EPOLL_CTL_ADD, stop_fd, Kind::kStop, 0, EPOLLIN);
  epoll_event events[256];
  for (;;) {
    int n = epoll_wait(epoll_, events, 256, WaitMs());
    for (int i = 0; i < n; ++i) {
      auto kind = static_cast<Kind>(events[i].data.u64 >> 32);
      auto id = static_cast<uint32_t>(events[i].data.u64);
      if (kind == Kind::kStop) return;
      if (kind == Kind::kListener) Accept(id);
      if (kind == Kind::kControl) AcceptControl();
      if (kind == Kind::kControlPeer) ReadControl(static_cast<int>(id));
      if (kind != Kind::kClient && kind != Kind::kServer) continue;
      // It may have been closed by an event before this one.
      auto found = pairs_.find(id);
      if (found != pairs_.end()) OnEvent(*found->second, kind == Kind::kClient, events[i].events);
    }
    FlushDue();
  }
}

int Proxy::WaitMs() const {
  if (due_.empty()) return kIdleMs;
  auto left = std::chrono::duration_cast<std::chrono::microseconds>(due_.top().first - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<int64_t>((left + 999) / 1000, 0, kIdleMs));
}

void Proxy::FlushDue() {
  SteadyTime now = SteadyClock::now();
  while (!due_.empty() && due_.top().first <= now) {
    uint32_t id = due_.top().second;
    due_.pop();
    for (bool from_client : {true, false}) {
      auto found = pairs_.find(id);
      if (found == pairs_.end()) break;
      if (found->second->condemned && now >= found->second->condemned_until) {
        Close(*found->second, true);
        break;
      }
      Flush(*found->second, from_client);
    }
  }
}

void Proxy::Accept(size_t index) {
  Link& link = links_[index];
  for (;;) {
    int fd = accept4(link.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (link.faults.is_down || pairs_.size() >= kPairsMax) {
      CloseHard(fd);
      continue;
    }
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address = Local(link.spec.server_port);
    if (connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
      close(server);
      CloseHard(fd);
      continue;
    }
    NoDelay(fd);
    NoDelay(server);
    auto pair = std::make_unique<Pair>();
    pair->id = next_pair_++;
    pair->link = &link;
    pair->client.fd = fd;
    pair->server.fd = server;
    ++link.accepted;
    ++link.open;
    Watch(EPOLL_CTL_ADD, fd, Kind::kClient, pair->id, 0);
    pair->server.watched = EPOLLOUT;
    Watch(EPOLL_CTL_ADD, server, Kind::kServer, pair->id, EPOLLOUT);
    pairs_.emplace(pair->id, std::move(pair));
  }
}

void Proxy::OnEvent(Pair& pair, bool from_client, uint32_t events) {
  uint32_t id = pair.id;
  if (pair.connecting) {
    if (from_client) return Close(pair, true);  // It left, or was reset, before it was served.
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(pair.server.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Close(pair, true);
    pair.connecting = false;
    return Interest(pair);
  }
  if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN)) return Close(pair, true);
  if (events & EPOLLOUT) Flush(pair, !from_client);
  if (pairs_.contains(id) && events & EPOLLIN) Read(pair, from_client);
}

void Proxy::Read(Pair& pair, bool from_client) {
  char buffer[65536];
  Side& from = pair.from(from_client);
  ssize_t n = recv(from.fd, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n < 0) return Close(pair, true);
  if (n == 0) {
    from.ended = true;
    if (pair.condemned) return Close(pair, false);
    return Flush(pair, from_client);
  }
  if (pair.condemned) return;  // Nobody hears it any more.
  std::string_view bytes(buffer, static_cast<size_t>(n));
  if (from_client && pair.link->spec.is_postgres && Cut(pair, bytes)) return;
  Flow& flow = pair.flow(from_client);
  const Toxics& toxics = pair.toxics(from_client);
  flow.Push(bytes, toxics, SteadyClock::now(), toxics.jitter_ms > 0 ? RandomShare() : 0);
  Flush(pair, from_client);
}

// Whether the connection was cut, because these bytes commit something and a cut was asked for.
bool Proxy::Cut(Pair& pair, std::string_view bytes) {
  size_t end = pair.commits.Feed(bytes);
  LinkFaults& faults = pair.link->faults;
  if (end == CommitWatch::kNone || faults.cuts_left == 0) return false;
  --faults.cuts_left;
  if (faults.cut_when == CutWhen::kBefore) {
    ++pair.link->cuts_before;
  } else {
    ++pair.link->cuts_after;
    pair.up.Push(bytes.substr(0, end), Toxics(), SteadyClock::now(), 0);
  }
  Condemn(pair);
  return true;
}

// The client learns at once that its connection is gone. The server still gets what stands in the queue and
// then a proper end: a reset could make it lose what it has not read.
void Proxy::Condemn(Pair& pair) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, pair.client.fd, nullptr);
  CloseHard(pair.client.fd);
  pair.client.fd = -1;
  pair.client.ended = true;
  pair.condemned = true;
  pair.condemned_until = SteadyClock::now() + kCondemnedFor;
  due_.emplace(pair.condemned_until, pair.id);
  Flush(pair, true);
}

void Proxy::Flush(Pair& pair, bool from_client) {
  Side& to = pair.to(from_client);
  Flow& flow = pair.flow(from_client);
  if (pair.connecting || to.fd < 0) return;
  SteadyTime now = SteadyClock::now();
  const Toxics& toxics = pair.toxics(from_client);
  // What is held is held even if it was under way; a condemned connection is finished whatever the toxics.
  for (std::string_view ready = flow.Ready(now); !ready.empty() && (!toxics.hold || pair.condemned);
       ready = flow.Ready(now)) {
    ssize_t n = send(to.fd, ready.data(), ready.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return Close(pair, true);
    flow.Sent(static_cast<size_t>(n));
  }
  if (toxics.limit_bytes > 0 && flow.total() > toxics.limit_bytes) return Close(pair, true);
  if (!flow.empty() && flow.next() > now) due_.emplace(flow.next(), pair.id);
  if (flow.empty() && pair.from(from_client).ended && !to.shut) {
    shutdown(to.fd, SHUT_WR);
    to.shut = true;
  }
  if (pair.client.shut && pair.server.shut) return Close(pair, false);
  Interest(pair);
}

// Asks epoll for exactly what can be used now.
void Proxy::Interest(Pair& pair) {
  SteadyTime now = SteadyClock::now();
  for (bool is_client : {true, false}) {
    Side& side = pair.from(is_client);
    if (side.fd < 0) continue;
    uint32_t wanted = 0;
    bool held = pair.toxics(is_client).hold && !pair.condemned;
    if (!side.ended && !held && !pair.flow(is_client).full()) wanted |= EPOLLIN;
    bool back_held = pair.toxics(!is_client).hold && !pair.condemned;
    if (!pair.flow(!is_client).Ready(now).empty() && !back_held) wanted |= EPOLLOUT;
    if (wanted == side.watched) continue;
    side.watched = wanted;
    Watch(EPOLL_CTL_MOD, side.fd, is_client ? Kind::kClient : Kind::kServer, pair.id, wanted);
  }
}

void Proxy::Close(Pair& pair, bool reset) {
  --pair.link->open;
  for (Side* side : {&pair.client, &pair.server}) {
    if (side->fd < 0) continue;
    if (reset) CloseHard(side->fd);
    else close(side->fd);
  }
  pairs_.erase(pair.id);
}

std::vector<Link*> Proxy::Find(std::string_view name) {
  bool several = name.ends_with('*');
  if (several) name.remove_suffix(1);
  std::vector<Link*> found;
  for (Link& link : links_)
    if (several ? link.spec.name.starts_with(name) : link.spec.name == name) found.push_back(&link);
  return found;
}

void Proxy::ResetConnections(const Link& link) {
  std::vector<Pair*> hit;
  for (auto& [id, pair] : pairs_)
    if (pair->link == &link && !pair->condemned) hit.push_back(pair.get());
  for (Pair* pair : hit) Close(*pair, true);
}

void Proxy::Apply(Link& link) {
  std::vector<uint32_t> ids;
  for (auto& [id, pair] : pairs_)
    if (pair->link == &link && !pair->connecting) ids.push_back(id);
  for (uint32_t id : ids)
    for (bool from_client : {true, false})
      if (auto found = pairs_.find(id); found != pairs_.end()) Flush(*found->second, from_client);
}

void Proxy::AcceptControl() {
  int fd = accept4(control_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  control_peers_[fd];
  Watch(EPOLL_CTL_ADD, fd, Kind::kControlPeer, static_cast<uint32_t>(fd), EPOLLIN);
}

void Proxy::ReadControl(int fd) {
  char buffer[4096];
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  std::string& text = control_peers_[fd];
  if (n > 0) text.append(buffer, static_cast<size_t>(n));
  bool whole = text.find("\r\n\r\n") != std::string::npos;
  if (n > 0 && !whole && text.size() < kRequestMax) return;
  if (whole) {
    std::string answer = Control(text, *this);
    // Small enough for the socket's own buffer.
    (void)!send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  close(fd);
  control_peers_.erase(fd);
}

}  // namespace vefa::fault_proxy
