#include "services/gateway/gateway_fixture.h"

namespace vefa::gateway {
namespace {

TEST_F(GatewayTest, SignInAnswersTheSessionTheCookieAndTheToken) {
  http::Response response = SignIn("admin@example.com");
  ASSERT_EQ(response.status, 200) << response.body;
  auto session = Json(response);
  EXPECT_EQ(session["tenant"], "one");
  EXPECT_EQ(session["tenantId"], database_.tenant().ToString());
  EXPECT_EQ(session["displayName"], "Admin");
  EXPECT_EQ(session["permissions"], nlohmann::json::array({"*"}));
  EXPECT_EQ(session["eventsVolatile"], false);
  std::string cookie(response.headers.Get("Set-Cookie"));
  EXPECT_TRUE(cookie.starts_with("vefa_session=" + token_ + ";")) << cookie;
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Lax"), std::string::npos);
  auto read = Json(Ask("GET", "/v1/session"));
  EXPECT_EQ(read["email"], "admin@example.com");
  EXPECT_EQ(read["token"], "") << "only CreateSession tells the token";
  EXPECT_EQ(read["csrfToken"], session["csrfToken"]);
}

TEST_F(GatewayTest, WrongCredentialsAreRefusedAlike) {
  EXPECT_EQ(Refusal(SignIn("admin@example.com", "wrong password")), "401 SIGN_IN_REFUSED");
  EXPECT_EQ(Refusal(SignIn("nobody@example.com")), "401 SIGN_IN_REFUSED");
  EXPECT_EQ(Refusal(SignIn("admin@example.com", kPassword, "nowhere")), "401 SIGN_IN_REFUSED");
  EXPECT_EQ(Refusal(SignIn("", "", "")), "400 FIELD_REQUIRED");
}

TEST_F(GatewayTest, WithoutASessionNothingIsToldAndSignOutEndsIt) {
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts/17")), "401 SESSION_MISSING");
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts/17", "", {{"Authorization", "Basic eDp5"}})), "401 AUTHORIZATION_SYNTAX");
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts/17", "", {{"Authorization", "Bearer nonsense"}})), "401 SESSION_MISSING");
  EXPECT_EQ(
      Refusal(Ask("GET", "/v1/contacts/17", "", {{"Authorization", "Bearer " + ToBase64Url(std::string(48, 'x'))}})),
      "404 TENANT_UNKNOWN");
  SignIn("admin@example.com");
  EXPECT_EQ(Ask("GET", "/v1/contacts/17").status, 200);
  EXPECT_EQ(Ask("DELETE", "/v1/session").status, 200);
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts/17")), "401 SESSION_EXPIRED");
}

TEST_F(GatewayTest, AnExpiredSessionSaysSo) {
  SignIn("admin@example.com");
  database_.Run("UPDATE session SET expire_time = now() - interval '1 second'");
  redis::Client redis(testing::RedisAddress());
  ASSERT_TRUE(redis.Delete("s:" + ToHex(crypto::Bytes(crypto::Sha256(token_)))).ok());
  http::Response refused = Ask("GET", "/v1/contacts/17");
  EXPECT_EQ(Refusal(refused), "401 SESSION_EXPIRED");
  EXPECT_TRUE(refused.headers.Has("WWW-Authenticate"));
}

TEST_F(GatewayTest, TheServiceSeesTheSignedPrincipalAndTheTrace) {
  SignIn("admin@example.com");
  auto contact = Json(Ask("GET", "/v1/contacts/17"));
  EXPECT_EQ(contact["displayName"], database_.tenant().ToString());
  EXPECT_TRUE(contact["externalId"].get<std::string>().starts_with("users/"));
  EXPECT_EQ(contact["version"], "0") << "zeros are written, 64-bit ones as text";
  std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  auto created = Ask("POST", "/v1/contacts?requestId=r1", R"({"externalId":"1","email":"a@b.example"})",
                     {{"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}, {"Authorization", "Bearer " + token_}});
  EXPECT_EQ(Json(created)["etag"], "r1");
  EXPECT_EQ(Json(created)["source"].get<std::string>().substr(3, 32), trace);
  auto missing = Ask("GET", "/v1/contacts/18", "",
                     {{"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}, {"Authorization", "Bearer " + token_}});
  EXPECT_EQ(Refusal(missing), "404 CONTACT_NOT_FOUND");
  EXPECT_EQ(Json(missing)["traceId"], trace);
  EXPECT_EQ(missing.headers.Get("Content-Type"), "application/problem+json");
}

TEST_F(GatewayTest, AViewerReadsAndNothingElse) {
  SignIn("viewer@example.com");
  EXPECT_EQ(Ask("GET", "/v1/contacts/17").status, 200);
  http::Response refused = Ask("POST", "/v1/contacts", R"({"externalId":"1"})");
  EXPECT_EQ(Refusal(refused), "403 PERMISSION_MISSING");
  EXPECT_EQ(Json(refused)["metadata"]["permission"], "contacts.write");
  EXPECT_EQ(Refusal(Ask("POST", "/v1/contacts:import", "{}")), "403 PERMISSION_MISSING");
}

TEST_F(GatewayTest, QueriesAndBodiesBecomeRequests) {
  SignIn("admin@example.com");
  auto listed = Json(Ask("GET", "/v1/contacts?pageSize=20&query=%C4%B1%C5%9F%C4%B1k"));
  EXPECT_EQ(listed["totalSize"], 20);
  EXPECT_EQ(listed["contacts"][0]["displayName"], "ışık");
  EXPECT_EQ(Json(Ask("POST", "/v1/contacts:search", R"({"pageSize":3})"))["totalSize"], 3);
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts?page_size=x")), "400 FIELD_INVALID");
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts?colour=red")), "400 FIELD_UNKNOWN");
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts?query=%")), "400 PERCENT_SYNTAX");
  EXPECT_EQ(Refusal(Ask("POST", "/v1/contacts:search?pageSize=3", "{}")), "400 FIELD_UNKNOWN");
  EXPECT_EQ(Refusal(Ask("POST", "/v1/contacts?contact.email=x", "{}")), "400 FIELD_TAKEN");
  http::Response unknown = Ask("POST", "/v1/contacts", R"({"colour":"red"})");
  EXPECT_EQ(Json(unknown)["violations"][0]["field"], "contact.colour");
  http::Response invalid = Ask("POST", "/v1/contacts", "{}");
  EXPECT_EQ(Json(invalid)["violations"][0]["reason"], "EMAIL_SYNTAX");
  EXPECT_EQ(Refusal(Ask("POST", "/v1/contacts", "{broken")), "400 JSON_SYNTAX");
  EXPECT_EQ(
      Refusal(Ask("POST", "/v1/contacts", "a=b",
                  {{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", "Bearer " + token_}})),
      "415 CONTENT_TYPE");
  EXPECT_EQ(Refusal(Ask("GET", "/v1/nothing")), "404 ROUTE_UNKNOWN");
  http::Response method = Ask("PUT", "/v1/contacts", "{}");
  EXPECT_EQ(Refusal(method), "405 METHOD_NOT_ALLOWED");
  EXPECT_EQ(method.headers.Get("Allow"), "POST, GET");
  EXPECT_EQ(Ask("POST", "/v1/contacts", std::string(kBodyLimit + 1, ' ')).status, 413);
}

TEST_F(GatewayTest, DeadlinesAreKept) {
  SignIn("admin@example.com");
  auto ask = [&](const char* milliseconds) {
    return Ask("GET", "/v1/contacts/slow", "",
               {{"X-Request-Timeout", milliseconds}, {"Authorization", "Bearer " + token_}});
  };
  // Connections are warm, so that the time is spent at the service.
  ASSERT_EQ(Ask("GET", "/v1/contacts/17").status, 200);
  EXPECT_EQ(Refusal(ask("700")), "504 DEADLINE_EXCEEDED");
  EXPECT_EQ(Refusal(ask("0")), "504 DEADLINE_PASSED");
  EXPECT_EQ(Refusal(ask("-5")), "504 DEADLINE_PASSED");
  EXPECT_EQ(Refusal(ask("soon")), "400 TIMEOUT_SYNTAX");
}

TEST_F(GatewayTest, AServiceThatIsNotThereIsUnavailableWithAHint) {
  SignIn("admin@example.com");
  http::Response down = Ask("GET", "/v1/campaigns");
  EXPECT_EQ(Refusal(down), "503 SERVICE_UNREACHABLE");
  EXPECT_EQ(down.headers.Get("Retry-After"), "1");
  EXPECT_EQ(down.body.find("127.0.0.1"), std::string::npos);
  auto status = Json(Ask("GET", "/v1/status"));
  ASSERT_EQ(status["services"].size(), 4u);
  EXPECT_EQ(status["services"][0]["state"], "SERVING");
  EXPECT_EQ(status["services"][0]["eventsRecorded"], "42");
  EXPECT_EQ(status["services"][2]["name"], "campaign");
  EXPECT_EQ(status["services"][2]["state"], "UNREACHABLE");
}

TEST_F(GatewayTest, ACookieNeedsItsCsrfTokenToWrite) {
  auto session = Json(SignIn("admin@example.com"));
  std::string cookie = "other=1; vefa_session=" + token_;
  std::string csrf = session["csrfToken"];
  EXPECT_EQ(Ask("GET", "/v1/contacts/17", "", {{"Cookie", cookie}}).status, 200);
  const char* body = R"({"email":"a@b.example"})";
  EXPECT_EQ(Refusal(Ask("POST", "/v1/contacts", body, {{"Cookie", cookie}})), "403 CSRF_TOKEN_MISSING");
  EXPECT_EQ(Refusal(Ask("POST", "/v1/contacts", body, {{"Cookie", cookie}, {"X-Csrf-Token", "x"}})),
            "403 CSRF_TOKEN_WRONG");
  EXPECT_EQ(Refusal(Ask("POST", "/v1/contacts", body,
                        {{"Cookie", cookie}, {"X-Csrf-Token", csrf}, {"Sec-Fetch-Site", "cross-site"}})),
            "403 CROSS_SITE");
  EXPECT_EQ(Refusal(Ask("DELETE", "/v1/session", "", {{"Cookie", cookie}})), "403 CSRF_TOKEN_MISSING");
  EXPECT_EQ(
      Ask("POST", "/v1/contacts", body, {{"Cookie", cookie}, {"X-Csrf-Token", csrf}, {"Sec-Fetch-Site", "same-origin"}})
          .status,
      200);
  std::string credentials =
      nlohmann::json{{"tenant", "one"}, {"email", "admin@example.com"}, {"password", kPassword}}.dump();
  EXPECT_EQ(Refusal(Ask("POST", "/v1/session", credentials, {{"Sec-Fetch-Site", "cross-site"}})), "403 CROSS_SITE");
  http::Response out = Ask("DELETE", "/v1/session", "", {{"Cookie", cookie}, {"X-Csrf-Token", csrf}});
  EXPECT_EQ(out.status, 200);
  EXPECT_NE(out.headers.Get("Set-Cookie").find("Max-Age=0"), std::string_view::npos);
}

class SecureGatewayTest : public GatewayTest {
  void Change(Settings& settings) override { settings.public_url = "https://vefa.example"; }
};

TEST_F(SecureGatewayTest, OverHttpsTheCookieIsBoundToTheHost) {
  http::Response response = SignIn("admin@example.com");
  std::string cookie(response.headers.Get("Set-Cookie"));
  EXPECT_TRUE(cookie.starts_with("__Host-vefa=")) << cookie;
  EXPECT_NE(cookie.find("; Secure"), std::string::npos);
  EXPECT_TRUE(response.headers.Has("Strict-Transport-Security"));
  EXPECT_EQ(Ask("GET", "/v1/session", "", {{"Cookie", "__Host-vefa=" + token_}}).status, 200);
  EXPECT_EQ(Refusal(Ask("GET", "/v1/session", "", {{"Cookie", "vefa_session=" + token_}})), "401 SESSION_MISSING");
}

class EngineLessGatewayTest : public GatewayTest {
  void Change(Settings& settings) override {
    settings.redis_address = "127.0.0.1:1";
    settings.brokers = "127.0.0.1:1";
  }
};

TEST_F(EngineLessGatewayTest, WithoutRedisAndKafkaSignInAndCallsWork) {
  ASSERT_EQ(SignIn("admin@example.com").status, 200);
  EXPECT_EQ(Ask("GET", "/v1/contacts/17").status, 200);
}

class NoDatabaseGatewayTest : public GatewayTest {
  void Change(Settings& settings) override { settings.postgres = "postgresql://x:x@127.0.0.1:1/x?connect_timeout=2"; }
};

TEST_F(NoDatabaseGatewayTest, WithoutPostgresqlSignInIsUnavailableWithAHint) {
  http::Response down = SignIn("admin@example.com");
  EXPECT_EQ(down.status, 503);
  EXPECT_TRUE(down.headers.Has("Retry-After"));
  http::Client ops(http::Url{{"127.0.0.1", gateway_->ops_port()}, ""});
  EXPECT_EQ(ops.Send({"GET", "/livez", "", {}, "", ""}, Soon())->status, 200);
  EXPECT_EQ(ops.Send({"GET", "/readyz", "", {}, "", ""}, Soon())->status, 503);
}

}  // namespace
}  // namespace vefa::gateway
