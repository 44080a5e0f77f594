#include "services/gateway/gateway_fixture.h"

namespace vefa::gateway {
namespace {

class PagesTest : public GatewayTest {};

TEST_F(PagesTest, TheUnsubscribePageShowsAndChangesNothing) {
  http::Response page = Ask("GET", "/u/good");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.Get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("<html lang=\"tr\">"), std::string::npos);
  EXPECT_NE(page.body.find("<form method=\"post\">"), std::string::npos);
  EXPECT_NE(page.headers.Get("Content-Security-Policy").find("default-src 'none'"), std::string_view::npos);
  EXPECT_EQ(page.headers.Get("Cache-Control"), "no-store");
  EXPECT_EQ(Ask("HEAD", "/u/good").status, 200);
  EXPECT_EQ(notification_.unsubscribed, 0);
}

TEST_F(PagesTest, OneClickUnsubscribesWithoutCookieOrRedirectAsOftenAsOneLikes) {
  for (int i = 1; i <= 2; ++i) {
    http::Response done =
        Ask("POST", "/u/good", "List-Unsubscribe=One-Click", {{"Content-Type", "application/x-www-form-urlencoded"}});
    EXPECT_EQ(done.status, 200);
    EXPECT_FALSE(done.headers.Has("Set-Cookie"));
    EXPECT_FALSE(done.headers.Has("Location"));
    EXPECT_EQ(notification_.unsubscribed, i);
  }
  http::Response multipart =
      Ask("POST", "/u/good",
          "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n",
          {{"Content-Type", "multipart/form-data; boundary=b"}, {"Sec-Fetch-Site", "cross-site"}});
  EXPECT_EQ(multipart.status, 200);
  EXPECT_NE(Ask("GET", "/u/good").body.find("sonlandırıldı"), std::string::npos);
}

TEST_F(PagesTest, ATokenThatIsNotOneIsAPageNotAFault) {
  for (const char* path : {"/u/bad", "/u/", "/u/a%2Fb", "/u/%", "/u/%ff", "/u/<script>"}) {
    http::Response page = Ask("GET", path, "", {{"Accept-Language", "tr-TR,tr;q=0.9"}});
    EXPECT_EQ(page.status, 404) << path;
    EXPECT_NE(page.body.find("geçerli değil"), std::string::npos) << path;
    EXPECT_EQ(page.body.find("script"), std::string::npos) << path;
  }
  EXPECT_NE(Ask("POST", "/u/bad").body.find("not valid"), std::string::npos);
  EXPECT_EQ(Ask("PUT", "/u/good", "x").status, 405);
  EXPECT_EQ(notification_.unsubscribed, 0);
}

TEST_F(PagesTest, TheConsoleIsServedWithItsPolicy) {
  for (const char* path : {"/", "/contacts/17", "/sign-in"}) {
    http::Response page = Ask("GET", path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_EQ(page.body, "<!doctype html>console") << path;
    EXPECT_EQ(page.headers.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'");
    EXPECT_EQ(page.headers.Get("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(page.headers.Get("Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(page.headers.Get("Referrer-Policy"), "no-referrer");
  }
  EXPECT_EQ(Ask("POST", "/").status, 405);
  EXPECT_EQ(Ask("GET", "/csp.txt").status, 404);
  EXPECT_EQ(Ask("GET", "/main.js").status, 404);
}

TEST_F(PagesTest, NothingOutsideTheConsoleIsServed) {
  std::ofstream(web_.parent_path() / "secret.txt") << "secret";
  for (const char* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/..%5c..%5csecret.txt",
                           "//etc/passwd.x", "/%2e%2e%2f%2e%2e%2fetc/passwd.x", "/v1/../secret.txt"}) {
    http::Response response = Ask("GET", path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body.find("secret"), std::string::npos) << path;
  }
  std::filesystem::remove(web_.parent_path() / "secret.txt");
}

TEST_F(PagesTest, TheOpsPortTellsHealthMetricsAndVersion) {
  Ask("GET", "/v1/nothing");
  http::Client ops(http::Url{{"127.0.0.1", gateway_->ops_port()}, ""});
  auto get = [&](const char* path) { return *ops.Send({"GET", path, "", {}, "", ""}, Soon()); };
  EXPECT_EQ(get("/livez").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_NE(get("/buildz").body.find("\"service\":\"gateway\""), std::string::npos);
  EXPECT_NE(get("/metrics").body.find("http_server_request_duration_seconds_count{route=\"unknown\",status=\"4xx\"}"),
            std::string::npos)
      << get("/metrics").body;
  EXPECT_EQ(get("/nothing").status, 404);
}

}  // namespace
}  // namespace vefa::gateway
