#include <gtest/gtest.h>

#include "services/gateway/gateway_fixture.h"
#include "services/gateway/saved_view_store.h"
#include "services/gateway/team_store.h"

namespace vefa::gateway {
namespace {

class SavedViewTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    ASSERT_TRUE(PutUser(database_.owner(), {"one", "can@example.com", "Can", "viewer", kPassword}, clock_, Soon()).ok());
    admin_ = SignedIn("admin@example.com");
    can_ = SignedIn("can@example.com");
    viewer_ = SignedIn("viewer@example.com");
  }
  std::string SignedIn(const std::string& email) {
    EXPECT_EQ(SignIn(email).status, 200);
    return token_;
  }
  http::Response As(const std::string& token, const std::string& method, const std::string& target, const nlohmann::json& body = nullptr) {
    token_ = token;
    return Ask(method, target, body.is_null() ? "" : body.dump());
  }
  static nlohmann::json View(const std::string& name, const std::string& scope = "SCOPE_OWN") {
    return {{"displayName", name}, {"resource", "contacts"}, {"filter", "tags:vip"},      {"orderBy", "display_name"},
            {"query", "ışık"},     {"scope", scope},         {"columns", {"displayName", "attributes.size"}}};
  }
  std::string Make(const std::string& token, const nlohmann::json& view) {
    http::Response made = As(token, "POST", "/v1/savedViews", view);
    EXPECT_EQ(made.status, 200) << made.body;
    return Json(made)["name"];
  }
  std::vector<std::string> Listed(const std::string& token, const std::string& more = "") {
    std::vector<std::string> names;
    const nlohmann::json page = Json(As(token, "GET", "/v1/savedViews" + more));
    for (const auto& view : page["savedViews"]) names.push_back(view["displayName"]);
    return names;
  }
  std::string admin_, can_, viewer_;
};

TEST_F(SavedViewTest, IsKeptAsItWasSaidAndChangedByWhoMadeIt) {
  const std::string name = Make(viewer_, View("Vip"));
  nlohmann::json view = Json(As(viewer_, "GET", "/v1/" + name));
  const nlohmann::json said = View("Vip");
  for (const auto& [field, value] : said.items()) EXPECT_EQ(view[field], value) << field;
  EXPECT_TRUE(view["owner"].get<std::string>().starts_with("users/"));
  EXPECT_EQ(Refusal(As(can_, "GET", "/v1/" + name)), "404 SAVED_VIEW_NOT_FOUND");
  EXPECT_EQ(Refusal(As(admin_, "DELETE", "/v1/" + name)), "404 SAVED_VIEW_NOT_FOUND") << "what is one's own is nobody else's";
  nlohmann::json changed = Json(As(viewer_, "PATCH", "/v1/" + name, {{"displayName", "Altın"}, {"etag", view["etag"]}}));
  EXPECT_EQ(changed["displayName"], "Altın");
  EXPECT_EQ(changed["filter"], "tags:vip");
  EXPECT_EQ(Refusal(As(viewer_, "PATCH", "/v1/" + name, {{"displayName", "Gümüş"}, {"etag", view["etag"]}})), "409 ETAG_MISMATCH");
  EXPECT_EQ(Json(As(viewer_, "PATCH", "/v1/" + name + "?updateMask=columns,query", nlohmann::json::object()))["columns"].size(), 0u);
  EXPECT_EQ(Refusal(As(viewer_, "POST", "/v1/savedViews", View("Altın"))), "409 SAVED_VIEW_NAME_TAKEN");
  const std::string other = Make(viewer_, View("Gümüş"));
  EXPECT_EQ(Refusal(As(viewer_, "PATCH", "/v1/" + other, {{"displayName", "Altın"}})), "409 SAVED_VIEW_NAME_TAKEN");
  EXPECT_EQ(As(viewer_, "DELETE", "/v1/" + name).status, 200);
  EXPECT_EQ(Refusal(As(viewer_, "DELETE", "/v1/" + name)), "404 SAVED_VIEW_NOT_FOUND");
}

TEST_F(SavedViewTest, IsSeenByWhomItIsFor) {
  EXPECT_EQ(Refusal(As(viewer_, "POST", "/v1/savedViews", View("Herkes", "SCOPE_ALL"))), "403 PERMISSION_MISSING");
  const std::string all = Make(admin_, View("Herkes", "SCOPE_ALL"));
  const std::string team = Make(viewer_, View("Ekip", "SCOPE_TEAM"));
  Make(viewer_, View("Benim"));
  EXPECT_EQ(Listed(viewer_), (std::vector<std::string>{"Benim", "Ekip", "Herkes"}));
  EXPECT_EQ(Listed(can_), std::vector<std::string>{"Herkes"});
  // They are in a team.
  const Team marmara{NewUuidV7(clock_), "Marmara", {}, clock_.Now()};
  ASSERT_TRUE(InsertTeam(database_.service(), database_.tenant(), marmara, Soon()).ok());
  for (const char* email : {"viewer@example.com", "can@example.com"}) {
    auto account = FindAccount(database_.service(), database_.tenant(), email, Soon());
    ASSERT_TRUE(AddTeamMember(database_.service(), database_.tenant(), marmara.id, (*account)->id, Soon()).ok());
  }
  EXPECT_EQ(Listed(can_), (std::vector<std::string>{"Ekip", "Herkes"}));
  EXPECT_EQ(Refusal(As(can_, "PATCH", "/v1/" + team, {{"displayName", "x"}})), "403 SAVED_VIEW_OF_ANOTHER");
  EXPECT_EQ(Refusal(As(can_, "DELETE", "/v1/" + all)), "403 SAVED_VIEW_OF_ANOTHER");
  // Page by page, and of one list.
  nlohmann::json first = Json(As(can_, "GET", "/v1/savedViews?pageSize=1"));
  EXPECT_EQ(first["savedViews"][0]["name"], team);
  EXPECT_EQ(Listed(can_, "?pageSize=1&pageToken=" + first["nextPageToken"].get<std::string>()), std::vector<std::string>{"Herkes"});
  EXPECT_TRUE(Listed(can_, "?resource=campaigns").empty());
  EXPECT_EQ(As(can_, "GET", "/v1/savedViews?resource=nothing").status, 400);
  // Another administrator changes what is for all.
  ASSERT_TRUE(PutUser(database_.owner(), {"one", "ada@example.com", "Ada", "admin", kPassword}, clock_, Soon()).ok());
  EXPECT_EQ(Json(As(SignedIn("ada@example.com"), "PATCH", "/v1/" + all, {{"displayName", "Hepimiz"}}))["displayName"], "Hepimiz");
}

TEST_F(SavedViewTest, SaysEverythingThatIsWrongAndKeepsTwoHundred) {
  nlohmann::json wrong{{"displayName", std::string(101, 'x')}, {"resource", "secrets"}, {"query", std::string(101, 'x')},
                       {"filter", std::string(2001, 'x')},     {"columns", {"a b"}},    {"orderBy", std::string(101, 'x')}};
  nlohmann::json problem = Json(As(viewer_, "POST", "/v1/savedViews", wrong));
  std::set<std::string> fields;
  for (const auto& violation : problem["violations"]) fields.insert(violation["field"]);
  EXPECT_EQ(fields, (std::set<std::string>{"saved_view.display_name", "saved_view.resource", "saved_view.query", "saved_view.filter",
                                           "saved_view.columns[0]", "saved_view.order_by"}));
  SavedView view;
  view.owner = Json(As(viewer_, "GET", "/v1/" + Make(viewer_, View("0"))))["owner"];
  view.resource = "contacts";
  view.create_time = clock_.Now();
  for (int64_t i = 1; i < kSavedViewsMax; ++i) {
    view.id = NewUuidV7(clock_);
    view.display_name = std::to_string(i);
    ASSERT_TRUE(InsertSavedView(database_.service(), database_.tenant(), view, Soon()).ok());
  }
  EXPECT_EQ(Refusal(As(viewer_, "POST", "/v1/savedViews", View("Fazla"))), "429 SAVED_VIEWS_TOO_MANY");
  EXPECT_EQ(As(can_, "POST", "/v1/savedViews", View("Kendi")).status, 200) << "the limit is each one's own";
}

}  // namespace
}  // namespace vefa::gateway
