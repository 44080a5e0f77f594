#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "services/gateway/gateway_fixture.h"

namespace vefa::gateway {
namespace {

class UpstreamTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    ASSERT_EQ(SignIn("admin@example.com").status, 200);
  }
  std::string Slow(const std::string& milliseconds) {
    return Refusal(Ask("GET", "/v1/contacts/slow", "", {{"X-Request-Timeout", milliseconds}}));
  }
};

TEST_F(UpstreamTest, AServiceThatAnswersNobodyInTimeIsLeftAloneAndThenUsedAgain) {
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([this] {
      http::Client client(http::Url{{"127.0.0.1", gateway_->port()}, ""});
      http::Request request{"GET", "/v1/contacts/slow", "", {{"X-Request-Timeout", "1200"}, {"Authorization", "Bearer " + token_}}, "", ""};
      auto response = client.Send(request, Soon());
      ASSERT_TRUE(response.ok());
      EXPECT_EQ(response->status, 504);
    });
  for (std::thread& caller : callers) caller.join();
  http::Response alone = Ask("GET", "/v1/contacts/17");
  EXPECT_EQ(Refusal(alone), "503 SERVICE_UNREACHABLE");
  EXPECT_TRUE(alone.headers.Has("Retry-After"));
  EXPECT_EQ(Ask("GET", "/v1/session").status, 200) << "nothing else is touched";
  EXPECT_TRUE(testing::Eventually([this] { return Ask("GET", "/v1/contacts/17").status == 200; }, std::chrono::seconds(5)));
}

TEST_F(UpstreamTest, WhoGivesItNoTimeShutsNobodyOut) {
  for (int i = 0; i < 12; ++i) EXPECT_EQ(Slow("20").substr(0, 3), "504");
  EXPECT_EQ(Ask("GET", "/v1/contacts/17").status, 200);
}

}  // namespace
}  // namespace vefa::gateway
