#include "libs/http/server.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <atomic>
#include <latch>
#include <thread>

#include "libs/http/client.h"
#include "libs/http/raw_connection.h"
#include "libs/testing/soon.h"

namespace vefa::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Route Echo(const Request&) {
  Route route;
  route.unary = [](const Request& request) {
    return TextResponse(200, request.method + " " + request.path + "?" + request.query + " " + request.body);
  };
  return route;
}

Client ClientOf(const Server& server) { return Client(Url{{"127.0.0.1", server.port()}, ""}); }

TEST(ServerTest, AnswersAndKeepsTheConnection) {
  auto server = Server::Start({}, Echo);
  ASSERT_TRUE(server.ok()) << server.error().message;
  Client client = ClientOf(**server);
  for (int i = 0; i < 3; ++i) {
    auto response = client.Send({"POST", "/a", "b=1", {{"Content-Type", "text/plain"}}, "body", ""}, Soon());
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "POST /a?b=1 body");
    EXPECT_TRUE(response->headers.Has("Date"));
  }
  EXPECT_EQ((*server)->connections(), 1u);
}

TEST(ServerTest, HeadHasALengthAndNoBody) {
  auto server = Server::Start({}, Echo);
  Client client = ClientOf(**server);
  auto response = client.Send({"HEAD", "/", "", {}, "", ""}, Soon());
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(response->headers.Get("Content-Length"), "8");
  EXPECT_EQ(client.Send({"GET", "/", "", {}, "", ""}, Soon())->body, "GET /? ");
}

TEST(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  auto server = Server::Start({}, Echo);
  RawConnection raw((*server)->port());
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  raw.Say(requests + "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::string answers = raw.Hear();
  size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = answers.find("GET /" + std::to_string(i) + "?", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_NE(answers.find("GET /last?", at), std::string::npos);
  EXPECT_TRUE(raw.closed());
}

TEST(ServerTest, AHalfClosedClientGetsItsAnswer) {
  auto server = Server::Start({}, Echo);
  RawConnection raw((*server)->port());
  raw.Say("GET /half HTTP/1.1\r\nHost: a\r\n\r\n");
  shutdown(raw.fd(), SHUT_WR);
  EXPECT_NE(raw.Hear().find("GET /half?"), std::string::npos);
}

TEST(ServerTest, Continue100IsSaidBeforeTheBody) {
  auto server = Server::Start({}, Echo);
  RawConnection raw((*server)->port());
  raw.Say("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n");
  EXPECT_NE(raw.Hear("\r\n\r\n").find("100 Continue"), std::string::npos);
  raw.Say("hi");
  EXPECT_NE(raw.Hear().find("POST /x? hi"), std::string::npos);
}

TEST(ServerTest, ABusyServerSaysSo) {
  std::latch release(1);
  ServerOptions options;
  options.workers = 1;
  options.queue = 0;
  std::atomic<bool> inside = false;
  auto server = Server::Start(options, [&](const Request&) {
    Route route;
    route.unary = [&](const Request&) {
      inside = true;
      release.wait();
      return TextResponse(200, "done");
    };
    return route;
  });
  RawConnection first((*server)->port());
  first.Say("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  while (!inside) std::this_thread::yield();
  auto refused = ClientOf(**server).Send({"GET", "/2", "", {}, "", ""}, Soon());
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->headers.Get("Retry-After"), "1");
  release.count_down();
  EXPECT_NE(first.Hear().find("done"), std::string::npos);
}

TEST(ServerTest, TooManyConnectionsAtWorkAreRefused) {
  ServerOptions options;
  options.connections_max = 2;
  auto server = Server::Start(options, Echo);
  RawConnection first((*server)->port());
  RawConnection second((*server)->port());
  for (RawConnection* raw : {&first, &second}) {
    raw->Say("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_NE(raw->Hear("100 Continue\r\n\r\n").find("100"), std::string::npos);
  }
  EXPECT_EQ(ClientOf(**server).Send({"GET", "/", "", {}, "", ""}, Soon())->status, 503);
}

TEST(ServerTest, TheConnectionThatWaitsLongestMakesRoom) {
  ServerOptions options;
  // One whose answer was just written is not waiting yet: so there are more of them than may be in between.
  options.connections_max = 20;
  auto server = Server::Start(options, Echo);
  std::vector<std::unique_ptr<RawConnection>> waiting;
  for (size_t i = 0; i < options.connections_max; ++i) {
    waiting.push_back(std::make_unique<RawConnection>((*server)->port()));
    waiting.back()->Say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(waiting.back()->Hear("GET /?").find("200 OK"), std::string::npos);
  }
  for (int i = 0; i < 5; ++i) {
    auto answer = ClientOf(**server).Send({"GET", "/", "", {}, "", ""}, Soon());
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
  }
  EXPECT_EQ(waiting.front()->Hear(), "");
  EXPECT_TRUE(waiting.front()->closed());
}

TEST(ServerTest, AHandlerThatThrowsIsOne500) {
  auto server = Server::Start({}, [](const Request&) {
    Route route;
    route.unary = [](const Request& request) -> Response {
      if (request.path == "/bad") throw std::bad_alloc();
      return TextResponse(200, "fine");
    };
    return route;
  });
  Client client = ClientOf(**server);
  EXPECT_EQ(client.Send({"GET", "/bad", "", {}, "", ""}, Soon())->status, 500);
  EXPECT_EQ(client.Send({"GET", "/good", "", {}, "", ""}, Soon())->body, "fine");
}

TEST(ServerTest, StopLetsTheRequestUnderWayEnd) {
  std::latch inside(1);
  std::latch release(1);
  auto server = Server::Start({}, [&](const Request&) {
    Route route;
    route.unary = [&](const Request&) {
      inside.count_down();
      release.wait();
      return TextResponse(200, "done");
    };
    return route;
  });
  uint16_t port = (*server)->port();
  RawConnection idle(port);
  RawConnection raw(port);
  raw.Say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  inside.wait();
  std::thread stopper([&] { (*server)->Stop(); });
  EXPECT_EQ(idle.Hear(), "");
  EXPECT_TRUE(idle.closed());
  release.count_down();
  std::string answer = raw.Hear();
  EXPECT_NE(answer.find("done"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  stopper.join();
  EXPECT_EQ(Socket::Connect({"127.0.0.1", port}, Soon()).error().reason, "CONNECT_FAILED");
}

TEST(ServerTest, EveryRequestIsTold) {
  std::atomic<int> status = 0;
  ServerOptions options;
  options.on_finished = [&](const Finished& finished) { status = finished.status; };
  auto server = Server::Start(options, Echo);
  ASSERT_TRUE(ClientOf(**server).Send({"GET", "/", "", {}, "", ""}, Soon()).ok());
  (*server)->Stop();
  EXPECT_EQ(status, 200);
}

TEST(ServerTest, AnAddressThatCannotBeHadIsAnError) {
  auto server = Server::Start({}, Echo);
  ServerOptions options;
  options.address = "127.0.0.1:" + std::to_string((*server)->port());
  EXPECT_EQ(Server::Start(options, Echo).error().reason, "LISTEN_FAILED");
  options.address = "nonsense";
  EXPECT_EQ(Server::Start(options, Echo).error().reason, "ADDRESS_SYNTAX");
}

TEST(ClientTest, ReplacesAConnectionTheServerClosed) {
  ServerOptions options;
  options.idle_timeout = milliseconds(50);
  auto server = Server::Start(options, Echo);
  Client client = ClientOf(**server);
  ASSERT_TRUE(client.Send({"GET", "/1", "", {}, "", ""}, Soon()).ok());
  while ((*server)->connections() > 0) std::this_thread::yield();
  EXPECT_EQ(client.Send({"POST", "/2", "", {}, "", ""}, Soon())->body, "POST /2? ");
}

TEST(ClientTest, ADeadlineIsKept) {
  std::latch release(1);
  auto server = Server::Start({}, [&](const Request&) {
    Route route;
    route.unary = [&](const Request&) {
      release.wait();
      return Response{};
    };
    return route;
  });
  auto answer = ClientOf(**server).Send({"GET", "/", "", {}, "", ""}, Deadline::After(milliseconds(50)));
  release.count_down();
  EXPECT_EQ(answer.error().reason, "PEER_SLOW");
}

}  // namespace
}  // namespace vefa::http
