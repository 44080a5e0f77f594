#include "libs/service/ops_port.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "libs/http/client.h"
#include "libs/telemetry/log.h"

namespace vefa::service {
namespace {

TEST(OpsPortTest, AnswersProbesAndOperators) {
  setenv("VEFA_POSTGRES", "postgresql://me:secret@host/db", 1);
  config::Environment environment;
  environment.Require("VEFA_POSTGRES");
  environment.GetInt("VEFA_WORKERS", 8, 1, 256);
  telemetry::Metrics metrics;
  metrics.AddCounter("vefa_test_total", "For this test.").Add();
  Status ready = Unavailable("DRAINING", "The service is stopping.");
  auto port = OpsPort::Start("127.0.0.1:0", {"test", [&] { return ready; }, &metrics, environment.settings()});
  ASSERT_TRUE(port.ok());
  std::string base = "http://127.0.0.1:" + std::to_string((*port)->port());
  auto ask = [&](const std::string& method, const std::string& path, const std::string& query = "") {
    auto url = http::ParseUrl(base);
    http::Client client(*url);
    http::Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    auto answer = client.Send(request, Deadline::After(std::chrono::seconds(10)));
    return answer.ok() ? std::to_string(answer->status) + " " + answer->body : answer.error().reason;
  };
  EXPECT_EQ(ask("GET", "/livez"), "200 ok\n");
  EXPECT_EQ(ask("GET", "/readyz"), "503 DRAINING: The service is stopping.\n");
  ready = Ok();
  EXPECT_EQ(ask("GET", "/readyz"), "200 ok\n");
  EXPECT_NE(ask("GET", "/metrics").find("vefa_test_total 1"), std::string::npos);
  std::string settings = ask("GET", "/configz");
  EXPECT_NE(settings.find("\"VEFA_WORKERS\": {\"value\": \"8\", \"set\": false}"), std::string::npos) << settings;
  EXPECT_NE(settings.find("postgresql://me:***@host/db"), std::string::npos) << settings;
  EXPECT_EQ(settings.find("secret"), std::string::npos);
  EXPECT_NE(ask("POST", "/logz", "level=loud").find("LEVEL_UNKNOWN"), std::string::npos);
  EXPECT_EQ(ask("POST", "/logz", "level=error"), "200 {\"level\":\"error\"}\n");
  EXPECT_EQ(telemetry::LowestLevel(), telemetry::Level::kError);
  EXPECT_EQ(ask("GET", "/logz"), "200 {\"level\":\"error\"}\n");
  EXPECT_EQ(ask("PUT", "/livez").substr(0, 3), "405");
}

}  // namespace
}  // namespace vefa::service
