#include <gtest/gtest.h>

#include <poll.h>
#include <sys/socket.h>

#include <random>
#include <thread>

#include "libs/http/client.h"
#include "libs/http/raw_connection.h"
#include "libs/http/server.h"

namespace vefa::http {
namespace {

using std::chrono::milliseconds;

class HostileTest : public testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    auto server = Server::Start(std::move(options), [](const Request&) {
      Route route;
      route.unary = [](const Request& request) { return TextResponse(200, "fine " + request.body); };
      route.body_limit = 1000;
      return route;
    });
    ASSERT_TRUE(server.ok());
    server_ = std::move(*server);
  }
  // The status line of the answer to these bytes, with the client's end closed after them.
  std::string Ask(std::string_view bytes) {
    RawConnection raw(server_->port());
    raw.Say(bytes);
    shutdown(raw.fd(), SHUT_WR);
    std::string answer = raw.Hear();
    EXPECT_TRUE(raw.closed());
    return answer.substr(0, answer.find("\r\n"));
  }
  void ExpectAlive() { EXPECT_EQ(Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 200 OK"); }
  std::unique_ptr<Server> server_;
};

TEST_F(HostileTest, WhatIsNotHttpIsABadRequest) {
  Start();
  EXPECT_EQ(Ask("hello there\r\n\r\n"), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(Ask("GET / HTTP/9.9\r\nHost: a\r\n\r\n").substr(0, 10), "HTTP/1.1 4");
  EXPECT_EQ(Ask("GET a HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(Ask("GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(Ask("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(Ask("GET / HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n"), "HTTP/1.1 400 Bad Request");
  ExpectAlive();
}

TEST_F(HostileTest, SmuggledLengthsAreRefused) {
  Start();
  EXPECT_EQ(Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(Ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "HTTP/1.1 400 Bad Request");
  ExpectAlive();
}

TEST_F(HostileTest, RandomBytesNeverHarm) {
  Start();
  std::mt19937 random(20240501);
  const std::string seed =
      "POST /a?b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: "
      "100-continue\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (int round = 0; round < 300; ++round) {
    std::string bytes = seed;
    for (unsigned i = 0; i < 1 + random() % 6; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    std::string status = Ask(bytes.substr(0, 1 + random() % bytes.size()));
    EXPECT_TRUE(status.empty() || status.starts_with("HTTP/1.1 ")) << status;
  }
  for (int round = 0; round < 50; ++round) {
    std::string bytes(1 + random() % 3000, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    Ask(bytes);
  }
  ExpectAlive();
}

TEST_F(HostileTest, TooLargeAHeadIs431AndTooLongATarget414) {
  Start();
  EXPECT_EQ(Ask("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n").substr(0, 12),
            "HTTP/1.1 431");
  EXPECT_EQ(Ask("GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n").substr(0, 12), "HTTP/1.1 414");
  ExpectAlive();
}

TEST_F(HostileTest, TooLargeABodyIs413HoweverItIsFramed) {
  Start();
  EXPECT_EQ(Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n").substr(0, 12), "HTTP/1.1 413");
  EXPECT_EQ(Ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999\r\n\r\n").substr(0, 12), "HTTP/1.1 413");
  std::string chunk = "200\r\n" + std::string(512, 'x') + "\r\n";
  EXPECT_EQ(Ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk).substr(0, 12),
            "HTTP/1.1 413");
  ExpectAlive();
}

TEST_F(HostileTest, AClientThatKeepsSendingStillReadsItsRefusal) {
  Start();
  Client client(Url{{"127.0.0.1", server_->port()}, ""});
  auto refused =
      client.Send({"POST", "/", "", {}, std::string(500'000, 'x'), ""}, Deadline::After(std::chrono::seconds(10)));
  ASSERT_TRUE(refused.ok()) << refused.error().message;
  EXPECT_EQ(refused->status, 413);
}

TEST_F(HostileTest, ASlowHeadIsCut) {
  ServerOptions options;
  options.header_timeout = milliseconds(150);
  Start(options);
  RawConnection raw(server_->port());
  // A byte now and then does not buy more time.
  auto started = std::chrono::steady_clock::now();
  raw.Say("GET / HTTP/1.1\r\nHost: a\r\n");
  std::string answer = raw.Hear();
  EXPECT_EQ(answer, "");
  EXPECT_TRUE(raw.closed());
  EXPECT_GE(std::chrono::steady_clock::now() - started, milliseconds(140));
  ExpectAlive();
}

TEST_F(HostileTest, ASlowBodyIsCutHoweverManyBytesTrickle) {
  ServerOptions options;
  options.body_timeout = milliseconds(200);
  Start(options);
  RawConnection raw(server_->port());
  raw.Say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  auto deadline = Deadline::After(std::chrono::seconds(10));
  bool open = true;
  while (open && !deadline.Passed()) {
    open = raw.Say("x");
    pollfd wait{raw.fd(), POLLIN, 0};
    if (poll(&wait, 1, 20) > 0) open = false;
  }
  EXPECT_FALSE(deadline.Passed());
  ExpectAlive();
}

TEST_F(HostileTest, AClientThatDoesNotReadIsCut) {
  ServerOptions options;
  options.write_timeout = milliseconds(200);
  auto server = Server::Start(options, [](const Request&) {
    Route route;
    route.unary = [](const Request&) { return TextResponse(200, std::string(32 << 20, 'x')); };
    return route;
  });
  RawConnection raw((*server)->port());
  raw.Say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  auto deadline = Deadline::After(std::chrono::seconds(10));
  while ((*server)->connections() == 0 && !deadline.Passed()) std::this_thread::yield();
  while ((*server)->connections() > 0 && !deadline.Passed()) std::this_thread::yield();
  EXPECT_EQ((*server)->connections(), 0u);
}

TEST_F(HostileTest, AnIdleConnectionIsClosed) {
  ServerOptions options;
  options.idle_timeout = milliseconds(100);
  Start(options);
  RawConnection raw(server_->port());
  EXPECT_EQ(raw.Hear(), "");
  EXPECT_TRUE(raw.closed());
}

}  // namespace
}  // namespace vefa::http
