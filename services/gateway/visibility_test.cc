#include <gtest/gtest.h>

#include "services/gateway/gateway_fixture.h"
#include "services/gateway/team_store.h"

namespace vefa::gateway {
namespace {

// An administrator, and two users whose view is narrowed by him.
class VisibilityTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    for (const char* name : {"ada", "can"}) {
      auto added = PutUser(database_.owner(), {"one", std::string(name) + "@example.com", name, "admin", kPassword}, clock_, Soon());
      ASSERT_TRUE(added.ok()) << added.error().message;
    }
    ada_ = SignedIn("ada@example.com");
    can_ = SignedIn("can@example.com");
    admin_ = SignedIn("admin@example.com");
  }
  std::string SignedIn(const std::string& email) {
    EXPECT_EQ(SignIn(email).status, 200);
    return token_;
  }
  http::Response As(const std::string& token, const std::string& method, const std::string& target, const std::string& body = "") {
    token_ = token;
    return Ask(method, target, body);
  }
  // `users/{uuid}` of an address.
  std::string UserOf(const std::string& email) {
    const nlohmann::json listed = Json(As(admin_, "GET", "/v1/users"));
    for (const auto& user : listed["users"])
      if (user["email"] == email) return user["name"];
    ADD_FAILURE() << email;
    return "";
  }
  nlohmann::json SetVisibility(const std::string& user, const std::string& visibility) {
    http::Response done = As(admin_, "POST", "/v1/" + user + ":setVisibility", nlohmann::json{{"visibility", visibility}}.dump());
    EXPECT_EQ(done.status, 200) << done.body;
    return Json(done);
  }
  // How many users' contacts contact is told that this session sees; -1 for everybody's.
  int Seen(const std::string& token) {
    http::Response got = As(token, "GET", "/v1/contacts/17");
    EXPECT_EQ(got.status, 200) << got.body;
    return std::stoi(Json(got)["source"].get<std::string>());
  }
  bool SeenBecomes(const std::string& token, int wanted) {
    return testing::Eventually([&] { return Seen(token) == wanted; }, std::chrono::seconds(5));
  }
  std::string MakeTeam(const std::string& name) {
    http::Response made = As(admin_, "POST", "/v1/teams", nlohmann::json{{"displayName", name}}.dump());
    EXPECT_EQ(made.status, 200) << made.body;
    return Json(made)["name"];
  }
  http::Response Member(const std::string& team, const std::string& user, const char* verb) {
    return As(admin_, "POST", "/v1/" + team + "/members:" + verb, nlohmann::json{{"user", user}}.dump());
  }
  std::string ada_, can_, admin_;
};

TEST_F(VisibilityTest, ASessionThatGoesOnSeesWhatItsUserSees) {
  EXPECT_EQ(Seen(ada_), -1);
  const std::string ada = UserOf("ada@example.com"), can = UserOf("can@example.com");
  EXPECT_EQ(SetVisibility(ada, "VISIBILITY_OWN")["visibility"], "VISIBILITY_OWN");
  EXPECT_TRUE(SeenBecomes(ada_, 1));
  EXPECT_EQ(Seen(can_), -1);
  // A team of one sees what he sees alone; another joins, and leaves.
  SetVisibility(ada, "VISIBILITY_TEAM");
  const std::string team = MakeTeam("Marmara");
  EXPECT_EQ(Member(team, ada, "add").status, 200);
  nlohmann::json both = Json(Member(team, can, "add"));
  EXPECT_EQ(both["members"].size(), 2u);
  EXPECT_TRUE(SeenBecomes(ada_, 2));
  EXPECT_EQ(Member(team, can, "remove").status, 200);
  EXPECT_TRUE(SeenBecomes(ada_, 1));
  EXPECT_EQ(Member(team, can, "add").status, 200);
  EXPECT_TRUE(SeenBecomes(ada_, 2));
  EXPECT_EQ(As(admin_, "DELETE", "/v1/" + team).status, 200);
  EXPECT_TRUE(SeenBecomes(ada_, 1));
  SetVisibility(ada, "VISIBILITY_TENANT");
  EXPECT_TRUE(SeenBecomes(ada_, -1));
  EXPECT_EQ(Refusal(As(ada_, "GET", "/v1/contacts/18")), "404 CONTACT_NOT_FOUND");
}

TEST_F(VisibilityTest, WhoSeesHisOwnIsNotLetInWhereEverybodysAreMeant) {
  SetVisibility(UserOf("ada@example.com"), "VISIBILITY_OWN");
  const std::string narrow = SignedIn("ada@example.com");
  EXPECT_EQ(Seen(narrow), 1);
  for (const char* path : {"/v1/users", "/v1/apiKeys", "/v1/events", "/v1/scores", "/v1/imports", "/v1/addressSuppressions",
                           "/v1/messages/0191e5f0-0000-7000-8000-0123456789ab", "/v1/events:stream"})
    EXPECT_EQ(Refusal(As(narrow, "GET", path)), "403 VISIBILITY_TOO_NARROW") << path;
  EXPECT_EQ(Refusal(As(narrow, "POST", "/v1/apiKeys", R"({"displayName":"x","permissions":["*"]})")), "403 VISIBILITY_TOO_NARROW");
  for (const char* path : {"/v1/session", "/v1/teams", "/v1/savedViews", "/v1/status"}) EXPECT_EQ(As(narrow, "GET", path).status, 200) << path;
}

TEST_F(VisibilityTest, OtherServicesAreAskedWhereContactVouches) {
  SetVisibility(UserOf("ada@example.com"), "VISIBILITY_OWN");
  const std::string narrow = SignedIn("ada@example.com");
  const std::string seen = "contacts/0191e5f0-0000-7000-8000-000000000001", unseen = "contacts/0191e5f0-0000-7000-8000-000000000002";
  EXPECT_EQ(As(narrow, "GET", "/v1/messages?contact=" + seen).status, 200);
  EXPECT_EQ(notification_.narrow, 0) << "who was vouched for sees all that he asked for";
  EXPECT_EQ(Refusal(As(narrow, "GET", "/v1/messages?contact=" + unseen)), "404 CONTACT_NOT_FOUND");
  EXPECT_EQ(Refusal(As(narrow, "GET", "/v1/messages")), "403 VISIBILITY_TOO_NARROW");
  EXPECT_EQ(notification_.listed, 1);
  EXPECT_EQ(As(admin_, "GET", "/v1/messages").status, 200);
}

TEST_F(VisibilityTest, AKeyMaySeeATeamsContacts) {
  const std::string team = MakeTeam("Marmara"), ada = UserOf("ada@example.com");
  nlohmann::json key{{"displayName", "CRM"}, {"permissions", {"*"}}, {"team", team}};
  http::Response made = As(admin_, "POST", "/v1/apiKeys", key.dump());
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(Json(made)["team"], team);
  const std::string token = Json(made)["token"];
  EXPECT_EQ(Seen(token), 1) << "itself, who owns nobody";
  EXPECT_EQ(Member(team, ada, "add").status, 200);
  EXPECT_EQ(Seen(token), 2) << "at once";
  EXPECT_EQ(Refusal(As(token, "GET", "/v1/events")), "403 VISIBILITY_TOO_NARROW");
  EXPECT_EQ(Refusal(As(token, "POST", "/v1/apiKeys", R"({"displayName":"x","permissions":["*"]})")), "403 VISIBILITY_TOO_NARROW");
  EXPECT_EQ(Member(team, ada, "remove").status, 200);
  EXPECT_EQ(Seen(token), 1);
  EXPECT_EQ(As(admin_, "DELETE", "/v1/" + team).status, 200);
  EXPECT_EQ(Seen(token), 1) << "nobody's, and not everybody's";
  EXPECT_EQ(Refusal(As(admin_, "POST", "/v1/apiKeys", key.dump())), "404 TEAM_NOT_FOUND");
  nlohmann::json listed = Json(As(admin_, "GET", "/v1/apiKeys"));
  EXPECT_EQ(listed["apiKeys"][0]["team"], team);
}

TEST_F(VisibilityTest, TeamsHaveLimitsAndNames) {
  const std::string ada = UserOf("ada@example.com");
  EXPECT_EQ(Refusal(As(admin_, "POST", "/v1/teams", R"({"displayName":""})")), "400 DISPLAY_NAME_LENGTH");
  const std::string first = MakeTeam("Ege");
  EXPECT_EQ(Refusal(As(admin_, "POST", "/v1/teams", R"({"displayName":"Ege"})")), "409 TEAM_NAME_TAKEN");
  EXPECT_EQ(Refusal(Member("teams/0191e5f0-0000-7000-8000-0123456789ab", ada, "add")), "404 TEAM_NOT_FOUND");
  EXPECT_EQ(Refusal(Member(first, "users/0191e5f0-0000-7000-8000-0123456789ab", "add")), "404 USER_NOT_FOUND");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Member(first, ada, "add").status, 200) << "a member stays one";
  for (int i = 1; i < kTeamsOfUserMax; ++i) EXPECT_EQ(Member(MakeTeam("Ege " + std::to_string(i)), ada, "add").status, 200);
  EXPECT_EQ(Refusal(Member(MakeTeam("Akdeniz"), ada, "add")), "429 TEAMS_OF_USER_TOO_MANY");
  const std::string full = MakeTeam("Karadeniz");
  const Uuid team = ParseResourceName("teams", full).value();
  for (int i = 0; i <= kTeamMembersMax; ++i) {
    NewUser user{"one", "member" + std::to_string(i) + "@example.com", "Member", "viewer", kPassword};
    ASSERT_TRUE(PutUser(database_.owner(), user, clock_, Soon(), {.memory_kib = 8, .passes = 1}).ok());
    auto account = FindAccount(database_.service(), database_.tenant(), user.email, Soon());
    ASSERT_TRUE(account.ok() && account->has_value());
    Status added = AddTeamMember(database_.service(), database_.tenant(), team, (*account)->id, Soon());
    EXPECT_EQ(added.ok() ? "" : added.error().reason, i < kTeamMembersMax ? "" : "TEAM_FULL");
  }
  EXPECT_EQ(Refusal(As(admin_, "POST", "/v1/" + ada + ":setVisibility", "{}")), "400 VISIBILITY_UNKNOWN");
  // A viewer reads, and changes nothing.
  const std::string viewer = SignedIn("viewer@example.com");
  EXPECT_EQ(As(viewer, "GET", "/v1/teams").status, 200);
  EXPECT_EQ(Refusal(As(viewer, "POST", "/v1/teams", R"({"displayName":"x"})")), "403 PERMISSION_MISSING");
}

}  // namespace
}  // namespace vefa::gateway
