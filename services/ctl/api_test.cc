#include "services/ctl/api.h"

#include <gtest/gtest.h>

#include <atomic>

#include "libs/http/exchange.h"
#include "libs/http/lines.h"
#include "libs/http/server.h"

namespace vefa::ctl {
namespace {

// A small gateway: signs in, counts, and breaks off where a test says so.
class FakeGateway {
 public:
  FakeGateway() {
    http::ServerOptions options;
    options.address = "127.0.0.1:0";
    auto started = http::Server::Start(options, [this](const http::Request& head) {
      http::Route route;
      if (head.is("POST", "/v1/orders:import")) {
        route.stream = [this](http::Exchange& exchange) { Import(exchange); };
      } else {
        route.unary = [this](const http::Request& request) { return Answer(request); };
      }
      return route;
    });
    EXPECT_TRUE(started.ok());
    server_ = std::move(*started);
  }

  Credentials credentials() const {
    return {"http://127.0.0.1:" + std::to_string(server_->port()), "demo", "a@b.example", "secret"};
  }

  std::atomic<int> unavailable{0};   // So many answers are 503 first.
  std::atomic<int> unauthorised{0};  // So many answers are 401 first.
  std::atomic<int> break_after{-1};  // The import ends after so many answers, once.
  std::atomic<int> sign_ins{0};
  std::atomic<int> chunks{0};

 private:
  static http::Response Problem(int status, const std::string& code, const std::string& reason) {
    return http::TextResponse(status, R"({"status":)" + std::to_string(status) + R"(,"code":")" + code + R"(","reason":")" +
                                          reason + R"(","detail":"Said by a test.","retryAfterMs":1})",
                              "application/problem+json");
  }

  http::Response Answer(const http::Request& request) {
    if (request.path == "/v1/session") {
      ++sign_ins;
      return http::TextResponse(200, R"({"token":"t"})", "application/json");
    }
    if (request.path == "/v1/missing") return Problem(404, "NOT_FOUND", "CONTACT_NOT_FOUND");
    if (unavailable.load() > 0 && unavailable-- > 0) return Problem(503, "UNAVAILABLE", "DATABASE_UNAVAILABLE");
    if (unauthorised.load() > 0 && unauthorised-- > 0) return Problem(401, "UNAUTHENTICATED", "SESSION_EXPIRED");
    return http::TextResponse(200, R"({"size":"393"})", "application/json");
  }

  void Import(http::Exchange& exchange) {
    http::LineCutter lines(1 << 20);
    int answered = 0;
    if (!exchange.Begin(200, {{"Content-Type", "application/x-ndjson"}}).ok()) return;
    for (;;) {
      auto bytes = exchange.Read(Deadline::After(std::chrono::seconds(10)));
      if (!bytes.ok() || bytes->empty()) return;
      lines.Feed(*bytes);
      for (auto line = lines.Next(); line.ok() && *line; line = lines.Next()) {
        if (break_after.load() == answered) {
          break_after = -1;
          (void)exchange.Write(R"({"error":{"code":"UNAVAILABLE","reason":"SERVICE_UNREACHABLE","detail":"x"}})" "\n").ok();
          return;
        }
        ++answered;
        ++chunks;
        if (!exchange.Write(R"({"created":1})" "\n").ok()) return;
      }
    }
  }

  std::unique_ptr<http::Server> server_;
};

std::unique_ptr<Api> SignIn(const FakeGateway& gateway) {
  auto api = Api::SignIn(gateway.credentials(), std::chrono::seconds(10));
  EXPECT_TRUE(api.ok());
  return std::move(*api);
}

TEST(Api, WaitsForWhatIsUnavailable) {
  FakeGateway gateway;
  auto api = SignIn(gateway);
  gateway.unavailable = 3;
  auto answer = api->Get("/v1/segments/s:count");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(IntegerOf(*answer, "size"), 393);
}

TEST(Api, SignsInAgainOnce) {
  FakeGateway gateway;
  auto api = SignIn(gateway);
  gateway.unauthorised = 1;
  EXPECT_TRUE(api->Get("/v1/status").ok());
  EXPECT_EQ(gateway.sign_ins, 2);
  gateway.unauthorised = 2;
  auto refused = api->Get("/v1/status");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "SESSION_EXPIRED");
}

TEST(Api, TellsWhyItWasRefused) {
  FakeGateway gateway;
  auto refused = SignIn(gateway)->Get("/v1/missing");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kNotFound);
  EXPECT_EQ(refused.error().reason, "CONTACT_NOT_FOUND");
}

// Streams ten chunks and returns how many answers came.
int StreamTen(Api& api, Status& done) {
  int next = 0;
  int answers = 0;
  done = api.StreamChunks(
      "/v1/orders:import",
      [&]() -> Result<std::optional<std::string>> {
        return next == 10 ? std::nullopt : std::optional<std::string>("{\"rows\":[" + std::to_string(next++) + "]}");
      },
      [&](const Json& answer) -> Status {
        answers += static_cast<int>(IntegerOf(answer, "created"));
        return Ok();
      });
  return answers;
}

TEST(Api, StreamsChunks) {
  FakeGateway gateway;
  auto api = SignIn(gateway);
  Status done = Ok();
  EXPECT_EQ(StreamTen(*api, done), 10);
  EXPECT_TRUE(done.ok());
  EXPECT_EQ(gateway.chunks, 10);
}

TEST(Api, AStreamThatBreaksGoesOnWithWhatWasNotAnswered) {
  for (int at = 0; at < 10; ++at) {
    FakeGateway gateway;
    auto api = SignIn(gateway);
    gateway.break_after = at;
    Status done = Ok();
    EXPECT_EQ(StreamTen(*api, done), 10) << at;
    EXPECT_TRUE(done.ok()) << at;
  }
}

}  // namespace
}  // namespace vefa::ctl
