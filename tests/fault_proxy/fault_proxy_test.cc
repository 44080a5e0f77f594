#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/fault_proxy/control.h"
#include "tests/fault_proxy/flow.h"
#include "tests/fault_proxy/proxy.h"

namespace vefa::fault_proxy {
namespace {

constexpr int kPatienceMs = 5000;

sockaddr_in Local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A server that says back what it hears, one connection after the other, and remembers it.
class EchoServer {
 public:
  EchoServer() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = Local(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~EchoServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  int port = 0;
  std::atomic<int64_t> heard{0};
  std::atomic<int> ends{0};  // Connections that ended properly.

 private:
  void Serve() {
    for (int fd; (fd = accept(listener_, nullptr, nullptr)) >= 0; close(fd)) {
      char buffer[4096];
      ssize_t n;
      while ((n = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        heard += n;
        if (send(fd, buffer, static_cast<size_t>(n), MSG_NOSIGNAL) < 0) continue;
      }
      if (n == 0) ++ends;
    }
  }
  int listener_;
  std::thread thread_;
};

class FaultProxyTest : public testing::Test {
 protected:
  FaultProxyTest() : stop_(eventfd(0, 0)) {
    EXPECT_TRUE(proxy_.Listen({{"echo", 0, server_.port, true}}, 0).ok());
    thread_ = std::thread([this] { proxy_.Run(stop_); });
  }
  ~FaultProxyTest() override {
    eventfd_write(stop_, 1);
    thread_.join();
    close(stop_);
  }

  int Connect(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = Local(port);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  int Client() { return Connect(proxy_.listen_port(0)); }

  // What comes within the time, up to `size` bytes; "closed" or "reset" when that is what comes.
  std::string Hear(int fd, size_t size, int wait_ms = kPatienceMs) {
    std::string text;
    char buffer[4096];
    pollfd waiting{fd, POLLIN, 0};
    while (text.size() < size && poll(&waiting, 1, wait_ms) > 0) {
      ssize_t n = recv(fd, buffer, std::min(sizeof buffer, size - text.size()), 0);
      if (n == 0) return "closed";
      if (n < 0) return "reset";
      text.append(buffer, static_cast<size_t>(n));
    }
    return text;
  }
  std::string Ask(const std::string& line) {
    int fd = Connect(proxy_.control_port());
    std::string request = line + " HTTP/1.1\r\n\r\n";
    EXPECT_GT(send(fd, request.data(), request.size(), 0), 0);
    std::string answer;
    for (std::string part; (part = Hear(fd, 1)).size() == 1;) answer += part;
    close(fd);
    return answer;
  }
  void Say(int fd, const std::string& text) { EXPECT_EQ(send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size())); }
  double SecondsToEcho(int fd) {
    auto start = std::chrono::steady_clock::now();
    Say(fd, "x");
    EXPECT_EQ(Hear(fd, 1), "x");
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  EchoServer server_;
  int stop_;
  Proxy proxy_;
  std::thread thread_;
};

TEST_F(FaultProxyTest, CarriesBothWaysAndTheEnd) {
  int fd = Client();
  std::string large(3 << 20, 'a');
  std::thread writer([&] { Say(fd, large); });
  EXPECT_EQ(Hear(fd, large.size()), large);
  writer.join();
  shutdown(fd, SHUT_WR);
  EXPECT_EQ(Hear(fd, 1), "closed");
  close(fd);
}

TEST_F(FaultProxyTest, DelaysAndSlicesInOrder) {
  int fd = Client();
  EXPECT_LT(SecondsToEcho(fd), 1);
  Ask("POST /set?link=echo&latency_ms=100&jitter_ms=20&slice_bytes=3&slice_us=100");
  double seconds = SecondsToEcho(fd);
  EXPECT_GE(seconds, 0.2);
  EXPECT_LT(seconds, 3);
  Say(fd, "0123456789abcdef");
  EXPECT_EQ(Hear(fd, 16), "0123456789abcdef");
  Ask("POST /clear?link=*");
  EXPECT_LT(SecondsToEcho(fd), 0.2);
  close(fd);
}

TEST_F(FaultProxyTest, HoldsOneWayAndLosesNothing) {
  int fd = Client();
  SecondsToEcho(fd);
  Ask("POST /set?link=echo&direction=down&hold=1");
  Say(fd, "hidden");
  EXPECT_EQ(Hear(fd, 1, 100), "") << "the answer is held";
  Ask("POST /clear?link=echo");
  EXPECT_EQ(Hear(fd, 6), "hidden");
  Ask("POST /set?link=echo&hold=1");
  int64_t heard = server_.heard;
  Say(fd, "later");
  EXPECT_EQ(Hear(fd, 1, 100), "");
  EXPECT_EQ(server_.heard, heard) << "the question is held";
  Ask("POST /clear?link=echo");
  EXPECT_EQ(Hear(fd, 5), "later");
  close(fd);
}

TEST_F(FaultProxyTest, GoesDownResetsAndLimits) {
  int fd = Client();
  SecondsToEcho(fd);
  Ask("POST /down?link=echo&on=1");
  EXPECT_EQ(Hear(fd, 1), "reset");
  close(fd);
  fd = Client();
  EXPECT_EQ(Hear(fd, 1), "reset");
  close(fd);
  Ask("POST /clear?link=echo");
  fd = Client();
  SecondsToEcho(fd);
  Ask("POST /reset?link=echo");
  EXPECT_EQ(Hear(fd, 1), "reset");
  close(fd);
  Ask("POST /set?link=echo&direction=up&limit_bytes=10");
  fd = Client();
  Say(fd, "0123456789abcdef");
  EXPECT_NE(Hear(fd, 17), "0123456789abcdef");
  close(fd);
  EXPECT_NE(Ask("GET /stats").find("\"resets\":2"), std::string::npos);
}

std::string Number32(size_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
}

// What PostgreSQL's client says to begin and then to write.
std::string Hello() { return Number32(9) + Number32(196608) + std::string(1, '\0'); }
std::string Insert() {
  std::string sql = std::string("INSERT INTO t VALUES (1)") + '\0';
  return "Q" + Number32(sql.size() + 4) + sql;
}

TEST_F(FaultProxyTest, CutsAfterTheCommitWasForwarded) {
  Ask("POST /cut?link=echo&count=1&when=after");
  int fd = Client();
  Say(fd, Hello());
  EXPECT_EQ(Hear(fd, 9), Hello());
  Say(fd, Insert());
  EXPECT_EQ(Hear(fd, 1), "reset");
  close(fd);
  // The next connection is served once the server has seen the end of the first, which did hear the commit.
  fd = Client();
  SecondsToEcho(fd);
  EXPECT_EQ(server_.ends, 1);
  EXPECT_EQ(server_.heard, static_cast<int64_t>(Hello().size() + Insert().size() + 1));
  EXPECT_NE(Ask("GET /stats").find("\"cuts_after\":1,\"cuts_before\":0,\"cuts_left\":0"), std::string::npos);
  close(fd);
}

TEST_F(FaultProxyTest, CutsBeforeTheCommitIsForwarded) {
  Ask("POST /cut?link=echo&count=1&when=before");
  int fd = Client();
  Say(fd, Hello());
  EXPECT_EQ(Hear(fd, 9), Hello());
  Say(fd, Insert());
  EXPECT_EQ(Hear(fd, 1), "reset");
  close(fd);
  fd = Client();
  SecondsToEcho(fd);
  EXPECT_EQ(server_.heard, static_cast<int64_t>(Hello().size() + 1));
  close(fd);
}

TEST_F(FaultProxyTest, RefusesWhatItDoesNotKnow) {
  for (const char* bad : {"POST /set?link=other&hold=1", "POST /set?link=echo&bold=1", "POST /set?link=echo&hold=-1",
                          "POST /set?link=echo&direction=sideways&hold=1", "POST /cut?link=echo&when=never"})
    EXPECT_NE(Ask(bad).find("400"), std::string::npos) << bad;
  EXPECT_NE(Ask("GET /nothing").find("404"), std::string::npos);
}

}  // namespace
}  // namespace vefa::fault_proxy
