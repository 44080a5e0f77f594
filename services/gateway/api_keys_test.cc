#include <gtest/gtest.h>

#include "services/gateway/gateway_fixture.h"

namespace vefa::gateway {
namespace {

using std::chrono::seconds;

class ApiKeysTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    ASSERT_EQ(SignIn("admin@example.com").status, 200);
    admin_ = token_;
  }
  http::Response Create(const std::vector<std::string>& permissions, const std::string& expire = "") {
    nlohmann::json key{{"displayName", "İade botu"}, {"permissions", permissions}};
    if (!expire.empty()) key["expireTime"] = expire;
    return Ask("POST", "/v1/apiKeys", key.dump());
  }
  // Calls by the key from now on.
  nlohmann::json Become(const std::vector<std::string>& permissions) {
    token_ = admin_;
    nlohmann::json key = Json(Create(permissions));
    token_ = key.value("token", "");
    return key;
  }
  std::string admin_;
};

TEST_F(ApiKeysTest, AKeyMayDoWhatItWasMadeForAndNothingElse) {
  nlohmann::json key = Become({"contacts.read", "api_keys.read"});
  EXPECT_TRUE(token_.starts_with("vefa_"));
  EXPECT_TRUE(token_.ends_with(key["tokenHint"].get<std::string>()));
  EXPECT_EQ(Ask("GET", "/v1/contacts/17").status, 200);
  EXPECT_EQ(Refusal(Ask("POST", "/v1/contacts", R"({"externalId":"1","displayName":"A"})")), "403 PERMISSION_MISSING");
  EXPECT_EQ(Refusal(Create({"contacts.read"})), "403 PERMISSION_MISSING");
  // No token is ever shown again, nor is it stored.
  http::Response listed = Ask("GET", "/v1/apiKeys");
  EXPECT_EQ(listed.body.find(token_), std::string::npos);
  nlohmann::json first = Json(listed)["apiKeys"][0];
  EXPECT_EQ(first["name"], key["name"]);
  EXPECT_EQ(first["displayName"], "İade botu");
  EXPECT_TRUE(first["creator"].get<std::string>().starts_with("users/"));
  EXPECT_FALSE(first["lastUseTime"].is_null());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM api_key WHERE encode(token_hash, 'escape') LIKE '%" + token_ + "%'"), 0);
}

TEST_F(ApiKeysTest, ARevokedKeyEndsWithinASecond) {
  nlohmann::json key = Become({"contacts.read"});
  std::string revoked = token_;
  // From Redis by now.
  ASSERT_EQ(Ask("GET", "/v1/contacts/17").status, 200);
  ASSERT_EQ(Ask("GET", "/v1/contacts/17").status, 200);
  token_ = admin_;
  std::string path = "/v1/" + key["name"].get<std::string>() + ":revoke";
  http::Response done = Ask("POST", path, "{}");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(Json(Ask("POST", path, "{}"))["revokeTime"], Json(done)["revokeTime"]) << "it stays as it is";
  token_ = revoked;
  EXPECT_TRUE(testing::Eventually([&] { return Refusal(Ask("GET", "/v1/contacts/17")) == "401 API_KEY_ENDED"; }, seconds(5)));
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts/17")), "401 API_KEY_ENDED");
}

TEST_F(ApiKeysTest, ARepeatedRequestMakesNoSecondKey) {
  const std::string id = "0191e5f0-0000-7000-8000-0123456789ab", path = "/v1/apiKeys?requestId=" + id;
  const std::string body = R"({"displayName":"Depo","permissions":["contacts.read"]})";
  nlohmann::json first = Json(Ask("POST", path, body));
  ASSERT_FALSE(first.value("token", "").empty()) << first.dump();
  EXPECT_EQ(Json(Ask("POST", path, body)), first) << "token included";
  EXPECT_EQ(Json(Ask("GET", "/v1/apiKeys"))["apiKeys"].size(), 1u);
  http::Response other = Ask("POST", path, R"({"displayName":"Depo 2","permissions":["contacts.read"]})");
  EXPECT_EQ(Json(other)["violations"][0]["reason"], "REQUEST_ID_REUSED") << other.body;
  http::Response wrong = Ask("POST", "/v1/apiKeys?requestId=7", body);
  EXPECT_EQ(Json(wrong)["violations"][0]["reason"], "REQUEST_ID_SYNTAX") << wrong.body;
  token_ = first["token"];
  EXPECT_EQ(Ask("GET", "/v1/contacts/17").status, 200);
}

// The id is of who used it: nobody else is shown the token.
TEST_F(ApiKeysTest, AnotherCallersRequestIsAnotherOne) {
  const std::string path = "/v1/apiKeys?requestId=0191e5f0-0000-7000-8000-0123456789ab";
  const std::string body = R"({"displayName":"Depo","permissions":["contacts.read"]})";
  ASSERT_EQ(Ask("POST", path, body).status, 200);
  Become({"contacts.read", "api_keys.write"});
  http::Response seen = Ask("POST", path, body);
  EXPECT_EQ(Json(seen)["violations"][0]["reason"], "REQUEST_ID_REUSED") << seen.body;
}

TEST_F(ApiKeysTest, AnExpiredKeyIsNone) {
  Become({"contacts.read"});
  database_.Run("UPDATE api_key SET expire_time = now() - interval '1 second'");
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts/17")), "401 API_KEY_ENDED");
}

TEST_F(ApiKeysTest, EveryMistakeIsSaidAtOnce) {
  http::Response wrong = Ask("POST", "/v1/apiKeys", R"({"permissions":["contacts.read","no.such"],"expireTime":"2000-01-01T00:00:00Z"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(Json(wrong)["violations"].size(), 3u) << wrong.body;
  EXPECT_EQ(Json(wrong)["violations"][1]["field"], "api_key.permissions[1]");
  EXPECT_EQ(Refusal(Ask("POST", "/v1/apiKeys/0191e5f0-0000-7000-8000-0123456789ab:revoke", "{}")), "404 API_KEY_NOT_FOUND");
  for (const char* token : {"vefa_", "vefa_AAAA", "vefa_%%%"}) {
    token_ = token;
    EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts/17")), "401 API_KEY_UNKNOWN") << token;
  }
}

TEST_F(ApiKeysTest, NobodyGrantsWhatHeMayNotDo) {
  Become({"api_keys.write", "contacts.read"});
  EXPECT_EQ(Create({"contacts.read"}).status, 200);
  http::Response beyond = Create({"contacts.read", "contacts.write"});
  EXPECT_EQ(Refusal(beyond), "403 PERMISSION_BEYOND_CALLER");
  EXPECT_EQ(Json(beyond)["metadata"]["permission"], "contacts.write");
  EXPECT_EQ(Refusal(Create({"*"})), "403 PERMISSION_BEYOND_CALLER");
  token_ = admin_;
  EXPECT_EQ(Refusal(Create({"platform.operate"})), "403 PERMISSION_BEYOND_CALLER") << "an admin is no operator";
}

TEST_F(ApiKeysTest, ThereIsALimit) {
  database_.Run("INSERT INTO api_key (tenant_id, id, token_hash, token_hint, display_name, permissions, creator, create_time,"
                " expire_time) SELECT '" + database_.tenant().ToString() + "', gen_random_uuid(),"
                " sha256(n::text::bytea), '', 'n', '*', 'users/1', now(), now() + interval '1 day' FROM generate_series(1, 100) n");
  EXPECT_EQ(Refusal(Create({"contacts.read"})), "429 API_KEYS_TOO_MANY");
  database_.Run("UPDATE api_key SET revoke_time = now() WHERE token_hash = sha256('7')");
  EXPECT_EQ(Create({"contacts.read"}).status, 200);
}

TEST_F(ApiKeysTest, AKeyIsOfItsTenantAlone) {
  std::string bytes;
  nlohmann::json key = Become({"contacts.read"});
  bytes = *FromBase64Url(token_.substr(5));
  Uuid other = database_.other_tenant();
  std::copy(other.bytes.begin(), other.bytes.end(), bytes.begin());
  token_ = "vefa_" + ToBase64Url(bytes);
  EXPECT_EQ(Refusal(Ask("GET", "/v1/contacts/17")), "401 API_KEY_UNKNOWN");
}

}  // namespace
}  // namespace vefa::gateway
