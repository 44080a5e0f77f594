#include "tests/bench/send/raw_sender.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace vefa::bench {
namespace {

constexpr char kEnvelope[] = "MAIL FROM:<hello@vefa.example>\r\nRCPT TO:<person@d.example>\r\nDATA\r\n";

struct Connection {
  int fd = -1;
  int lines_owed = 0;  // Until the next write.
  bool last = false;   // The dot under way has no envelope behind it.
};

bool Write(int fd, const std::string& data) {
  for (size_t at = 0; at < data.size();) {
    ssize_t n = send(fd, data.data() + at, data.size() - at, MSG_NOSIGNAL);
    if (n <= 0) return false;
    at += static_cast<size_t>(n);
  }
  return true;
}

// Connects and goes through greeting and EHLO in lock-step.
int Open(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  std::string heard;
  char buffer[4096];
  auto hear = [&](const char* until) {
    while (heard.find(until) == std::string::npos) {
      ssize_t n = recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) return false;
      heard.append(buffer, static_cast<size_t>(n));
    }
    heard.clear();
    return true;
  };
  if (!hear("\r\n") || !Write(fd, "EHLO bench.example\r\n") || !hear("\r\n250 ")) return -1;
  return fd;
}

}  // namespace

int SendRaw(int port, int connections, int mails, const std::string& mail, size_t id_at) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> all(static_cast<size_t>(connections));
  int started = 0, answered = 0, open = 0;
  std::string body = mail + ".\r\n";
  for (size_t i = 0; i < all.size() && started < mails; ++i) {
    all[i].fd = Open(port);
    if (all[i].fd < 0) return 0;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &event);
    Write(all[i].fd, kEnvelope);
    all[i].lines_owed = 3;
    ++started;
    ++open;
  }
  char buffer[65536];
  epoll_event events[64];
  char id[37];
  while (open > 0) {
    int n = epoll_wait(epoll, events, 64, 10'000);
    if (n <= 0) break;
    for (int i = 0; i < n; ++i) {
      Connection& connection = all[events[i].data.u64];
      ssize_t got = recv(connection.fd, buffer, sizeof buffer, 0);
      if (got <= 0) return answered;
      connection.lines_owed -= static_cast<int>(std::count(buffer, buffer + got, '\n'));
      if (connection.lines_owed > 0) continue;
      if (connection.last) {
        ++answered;
        close(connection.fd);
        --open;
        continue;
      }
      std::snprintf(id, sizeof id, "%036d", started * 1000 + static_cast<int>(events[i].data.u64));
      body.replace(id_at, 36, id, 36);
      connection.last = started >= mails;
      if (!connection.last) ++started;
      connection.lines_owed = connection.last ? 1 : 4;
      if (!Write(connection.fd, connection.last ? body : body + kEnvelope)) return answered;
      if (!connection.last) ++answered;  // Its own answer is among the lines awaited next.
    }
  }
  close(epoll);
  return answered;
}

}  // namespace vefa::bench
