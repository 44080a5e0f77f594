#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "libs/http/client.h"
#include "libs/http/exchange.h"
#include "libs/http/raw_connection.h"
#include "libs/http/server.h"
#include "libs/testing/soon.h"

namespace vefa::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Router StreamTo(std::function<void(Exchange&)> handler) {
  return [handler](const Request&) {
    Route route;
    route.stream = handler;
    return route;
  };
}

// Answers each piece of the body as it comes.
void EchoPieces(Exchange& exchange) {
  ASSERT_TRUE(exchange.Begin(200, {{"Content-Type", "text/plain"}}).ok());
  while (true) {
    auto piece = exchange.Read(Soon());
    if (!piece.ok() || piece->empty()) break;
    ASSERT_TRUE(exchange.Write("<" + *piece + ">").ok());
  }
  ASSERT_TRUE(exchange.Write("end").ok());
}

Client StreamClient(const Server& server) { return Client(Url{{"127.0.0.1", server.port()}, ""}); }

TEST(StreamTest, TheAnswerBeginsWhileTheRequestIsStillWritten) {
  auto server = Server::Start({}, StreamTo(EchoPieces));
  Client client = StreamClient(**server);
  auto stream = client.Open({"POST", "/", "", {}, "", ""}, true, Soon());
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ((*stream)->ReadHead(Soon())->status, 200);
  for (int i = 0; i < 100; ++i) {
    std::string piece = "piece " + std::to_string(i);
    ASSERT_TRUE((*stream)->Write(piece, Soon()).ok());
    std::string heard;
    while (heard.size() < piece.size() + 2) {
      auto more = (*stream)->Read(Soon());
      ASSERT_TRUE(more.ok() && !more->empty());
      heard += *more;
    }
    EXPECT_EQ(heard, "<" + piece + ">");
  }
  ASSERT_TRUE((*stream)->FinishWriting(Soon()).ok());
  EXPECT_EQ(*(*stream)->Read(Soon()), "end");
  EXPECT_EQ(*(*stream)->Read(Soon()), "");
}

TEST(StreamTest, MegabytesGoBothWays) {
  auto server = Server::Start({}, StreamTo([](Exchange& exchange) {
                                ASSERT_TRUE(exchange.Begin(200, {}).ok());
                                while (true) {
                                  auto piece = exchange.Read(Soon());
                                  if (!piece.ok() || piece->empty()) break;
                                  ASSERT_TRUE(exchange.Write(*piece).ok());
                                }
                              }));
  Client client = StreamClient(**server);
  auto stream = client.Open({"POST", "/", "", {}, "", ""}, true, Soon());
  std::string sent(8 << 20, '\0');
  for (size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 >> 3);
  std::thread writer([&] {
    for (size_t i = 0; i < sent.size(); i += 50'000)
      ASSERT_TRUE((*stream)->Write(std::string_view(sent).substr(i, 50'000), Soon()).ok());
    ASSERT_TRUE((*stream)->FinishWriting(Soon()).ok());
  });
  ASSERT_TRUE((*stream)->ReadHead(Soon()).ok());
  std::string heard;
  for (auto piece = (*stream)->Read(Soon()); piece.ok() && !piece->empty(); piece = (*stream)->Read(Soon()))
    heard += *piece;
  writer.join();
  EXPECT_TRUE(heard == sent);
}

TEST(StreamTest, ABodyOfKnownLengthAndOneThatCameWithTheHeadAreRead) {
  auto server = Server::Start({}, StreamTo(EchoPieces));
  RawConnection raw((*server)->port());
  raw.Say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  std::string answer = raw.Hear();
  EXPECT_NE(answer.find("hello"), std::string::npos) << answer;
  EXPECT_NE(answer.find("0\r\n\r\n"), std::string::npos);
}

TEST(StreamTest, ARequestWithoutBodyIsReadAsItsEnd) {
  auto server = Server::Start({}, StreamTo(EchoPieces));
  RawConnection raw((*server)->port());
  raw.Say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(raw.Hear().find("end"), std::string::npos);
}

TEST(StreamTest, Continue100IsSaidWhenTheHandlerReads) {
  auto server = Server::Start({}, StreamTo([](Exchange& exchange) {
                                auto piece = exchange.Read(Soon());
                                ASSERT_TRUE(exchange.Begin(200, {}).ok());
                                ASSERT_TRUE(exchange.Write(piece.ok() ? *piece : piece.error().message).ok());
                              }));
  RawConnection raw((*server)->port());
  raw.Say("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_NE(raw.Hear("\r\n\r\n").find("100 Continue"), std::string::npos);
  raw.Say("hi");
  EXPECT_NE(raw.Hear().find("hi"), std::string::npos);
}

TEST(StreamTest, BrokenFramingIsAnErrorOfTheReader) {
  std::string reason;
  auto server = Server::Start({}, StreamTo([&](Exchange& exchange) {
                                auto piece = exchange.Read(Soon());
                                reason = piece.ok() ? "none" : piece.error().reason;
                                static_cast<void>(exchange.Begin(400, {}));
                              }));
  RawConnection raw((*server)->port());
  raw.Say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
  EXPECT_NE(raw.Hear().find("400"), std::string::npos);
  EXPECT_EQ(reason, "HTTP_SYNTAX");
}

TEST(StreamTest, AnAnswerCanEndBeforeTheRequestDoes) {
  std::string reason;
  auto server = Server::Start({}, StreamTo([&](Exchange& exchange) {
                                std::thread reader([&] {
                                  Result<std::string> piece = std::string("x");
                                  while (piece.ok() && !piece->empty()) piece = exchange.Read(Soon());
                                  reason = piece.ok() ? "none" : piece.error().reason;
                                });
                                ASSERT_TRUE(exchange.Begin(200, {}).ok());
                                ASSERT_TRUE(exchange.Write("enough").ok());
                                exchange.EndReading();
                                reader.join();
                              }));
  Client client = StreamClient(**server);
  auto stream = client.Open({"POST", "/", "", {}, "", ""}, true, Soon());
  ASSERT_TRUE((*stream)->Write("part", Soon()).ok());
  ASSERT_TRUE((*stream)->ReadHead(Soon()).ok());
  EXPECT_EQ(*(*stream)->Read(Soon()), "enough");
  EXPECT_EQ(*(*stream)->Read(Soon()), "");
  (*server)->Stop();
  EXPECT_EQ(reason, "READING_ENDED");
}

TEST(StreamTest, AClientThatLeavesIsNoticed) {
  std::latch noticed(1);
  std::latch begun(1);
  auto server = Server::Start({}, StreamTo([&](Exchange& exchange) {
                                ASSERT_TRUE(exchange.Begin(200, {}).ok());
                                begun.count_down();
                                auto deadline = Soon();
                                while (!exchange.Gone() && !deadline.Passed()) std::this_thread::yield();
                                if (!deadline.Passed()) noticed.count_down();
                              }));
  {
    RawConnection raw((*server)->port());
    raw.Say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    begun.wait();
  }
  (*server)->Stop();
  EXPECT_TRUE(noticed.try_wait());
}

TEST(StreamTest, AClientThatDoesNotReadIsCut) {
  ServerOptions options;
  options.write_timeout = milliseconds(200);
  std::latch over(1);
  std::string reason;
  auto server = Server::Start(options, StreamTo([&](Exchange& exchange) {
                                ASSERT_TRUE(exchange.Begin(200, {}).ok());
                                std::string much(1 << 20, 'x');
                                Status sent = Ok();
                                while (sent.ok()) sent = exchange.Write(much);
                                reason = sent.error().reason;
                                over.count_down();
                              }));
  RawConnection raw((*server)->port());
  raw.Say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  over.wait();
  EXPECT_EQ(reason, "PEER_SLOW");
}

TEST(StreamTest, TooManyStreamsAreRefusedAndStopEndsTheOthers) {
  ServerOptions options;
  options.streams_max = 1;
  options.drain_timeout = milliseconds(2000);
  std::atomic<int> inside = 0;
  auto server = Server::Start(options, StreamTo([&](Exchange& exchange) {
                                ++inside;
                                ASSERT_TRUE(exchange.Begin(200, {}).ok());
                                auto deadline = Soon();
                                while (!exchange.Gone() && !deadline.Passed()) std::this_thread::yield();
                                ASSERT_TRUE(exchange.Write("bye").ok());
                              }));
  RawConnection first((*server)->port());
  first.Say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  while (inside == 0) std::this_thread::yield();
  EXPECT_EQ(StreamClient(**server).Send({"GET", "/", "", {}, "", ""}, Soon())->status, 503);
  std::thread stopper([&] { (*server)->Stop(); });
  EXPECT_NE(first.Hear().find("bye"), std::string::npos);
  stopper.join();
}

TEST(StreamTest, StopCutsAReaderThatWaitsAfterTheDrainTime) {
  ServerOptions options;
  options.drain_timeout = milliseconds(100);
  std::atomic<bool> inside = false;
  std::string reason;
  auto server = Server::Start(options, StreamTo([&](Exchange& exchange) {
                                inside = true;
                                auto piece = exchange.Read(Deadline::After(seconds(60)));
                                reason = piece.ok() ? "none" : piece.error().reason;
                              }));
  RawConnection raw((*server)->port());
  raw.Say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  while (!inside) std::this_thread::yield();
  auto started = std::chrono::steady_clock::now();
  (*server)->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(10));
  EXPECT_EQ(reason, "PEER_GONE");
}

}  // namespace
}  // namespace vefa::http
