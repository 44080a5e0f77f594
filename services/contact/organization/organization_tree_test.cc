// Trees of organisations: never a circle, whatever comes at once; never too deep, never without end.
#include <future>
#include <map>
#include <random>
#include <thread>

#include "services/contact/party/party_fixture.h"

namespace vefa::contact {
namespace {

class OrganizationTreeTest : public PartyTest {
 protected:
  Result<v1::OrganizationTree> Tree(const std::string& name, int levels = 0) {
    v1::GetOrganizationTreeRequest request;
    request.set_name(name);
    request.set_levels(levels);
    return Ask(organizations_, &Organizations::GetOrganizationTree, request);
  }
  static std::vector<std::string> NamesOf(const google::protobuf::RepeatedPtrField<v1::Organization>& organizations) {
    std::vector<std::string> names;
    for (const v1::Organization& each : organizations) names.push_back(each.legal_name());
    return names;
  }
  // Organisations from which going up never ends.
  int64_t Circles() {
    return database_.Count(
        "WITH RECURSIVE up AS (SELECT id AS start, parent_id, 1 AS level FROM organization"
        " UNION ALL SELECT u.start, o.parent_id, u.level + 1 FROM up u JOIN organization o ON o.id = u.parent_id"
        " WHERE u.level < 100) SELECT count(DISTINCT start) FROM up WHERE level >= 100");
  }
  // Many below one, past the door. In life they come by and by, and the planner knows how many there are.
  void Chain(const std::string& root, int count) {
    database_.Run("INSERT INTO organization SELECT tenant_id, gen_random_uuid(), NULL, 'Row ' || n, '', '', '', '', false, '', 0, '',"
                  " id, 1, '', 1, now(), now() FROM organization, generate_series(1, " + std::to_string(count) +
                  ") n WHERE id = '" + root.substr(14) + "'");
    database_.Run("ANALYZE organization");
  }
};

TEST_F(OrganizationTreeTest, ShowsWhatIsAboveAndBelow) {
  std::string holding = NewOrganization("Holding"), group = NewOrganization("Group", holding);
  std::string self = NewOrganization("Self", group);
  std::string b = NewOrganization("B", self);
  NewOrganization("Ç", self);
  NewOrganization("C", self);
  NewOrganization("Deep", b);
  NewOrganization("Elsewhere", holding);
  auto tree = Tree(self);
  ASSERT_TRUE(tree.ok()) << tree.error().message;
  EXPECT_EQ(tree->organization().legal_name(), "Self");
  EXPECT_EQ(NamesOf(tree->ancestors()), (std::vector<std::string>{"Holding", "Group"}));
  EXPECT_EQ(NamesOf(tree->descendants()), (std::vector<std::string>{"B", "C", "Ç", "Deep"}));
  EXPECT_FALSE(tree->truncated());
  EXPECT_EQ(NamesOf(Tree(self, 1)->descendants()), (std::vector<std::string>{"B", "C", "Ç"}));
  EXPECT_EQ(Broken(Tree(self, 33).error()), (std::vector<std::string>{"levels LEVELS_OUT_OF_RANGE"}));
  EXPECT_EQ(Tree(std::string("organizations/") + kNobody).error().reason, "ORGANIZATION_NOT_FOUND");
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Tree(self).error().reason, "ORGANIZATION_NOT_FOUND");
}

TEST_F(OrganizationTreeTest, AtMostAThousandAreShown) {
  std::string root = NewOrganization("Root");
  Chain(root, 1000);
  EXPECT_EQ(Tree(root)->descendants_size(), 1000);
  EXPECT_FALSE(Tree(root)->truncated());
  NewOrganization("One more", root);
  EXPECT_EQ(Tree(root)->descendants_size(), 1000);
  EXPECT_TRUE(Tree(root)->truncated());
}

TEST_F(OrganizationTreeTest, MovesWithEverythingBelowIt) {
  std::string a = NewOrganization("A"), b = NewOrganization("B", a), c = NewOrganization("C", b), d = NewOrganization("D");
  auto moved = Move(b, d);
  ASSERT_TRUE(moved.ok()) << moved.error().message;
  EXPECT_EQ(moved->parent(), d);
  EXPECT_EQ(NamesOf(Tree(c)->ancestors()), (std::vector<std::string>{"D", "B"}));
  EXPECT_TRUE(NamesOf(Tree(a)->descendants()).empty());
  EXPECT_EQ(Move(b, "")->parent(), "");
  EXPECT_EQ(Facts(b).back().second.organization_updated().state().parent(), "");
}

TEST_F(OrganizationTreeTest, NeverBelowItself) {
  std::string a = NewOrganization("A"), b = NewOrganization("B", a), c = NewOrganization("C", b);
  for (const std::string& below : {a, b, c}) {
    auto moved = Move(a, below);
    EXPECT_EQ(moved.error().code, Code::kFailedPrecondition);
    EXPECT_EQ(moved.error().reason, "TREE_CYCLE");
  }
  EXPECT_EQ(Move(a, std::string("organizations/") + kNobody).error().reason, "PARENT_NOT_FOUND");
  EXPECT_EQ(Circles(), 0);
}

TEST_F(OrganizationTreeTest, AtMost32LevelsAnd10000AtOnce) {
  std::string lowest = NewOrganization("Level 1"), second;
  for (int level = 2; level <= 32; ++level) {
    lowest = NewOrganization("Level " + std::to_string(level), lowest);
    if (level == 2) second = lowest;
  }
  EXPECT_EQ(Tree(lowest)->ancestors_size(), 31);
  EXPECT_EQ(TryOrganization("Level 33", lowest).error().reason, "TREE_TOO_DEEP");
  std::string other = NewOrganization("Other"), below = NewOrganization("Below", other);
  // 31 levels fit below one, and not below two.
  EXPECT_EQ(Move(second, below).error().reason, "TREE_TOO_DEEP");
  EXPECT_TRUE(Move(second, other).ok());
  std::string large = NewOrganization("Large");
  Chain(large, 10'000);
  EXPECT_TRUE(Move(large, other).ok());
  NewOrganization("One more", large);
  EXPECT_EQ(Move(large, "").ok(), true);
  EXPECT_EQ(Move(large, other).error().reason, "TREE_TOO_LARGE");
}

// Each of two moves is right by itself; together they would close a circle.
TEST_F(OrganizationTreeTest, TwoMovesAtOnceCloseNoCircle) {
  Uuid a = *ParseResourceName("organizations", NewOrganization("A")), b = *ParseResourceName("organizations", NewOrganization("B"));
  auto move = [&](postgres::Transaction& transaction, const Uuid& what, const Uuid& below) -> Status {
    VEFA_TRY_OK(HoldTrees(transaction, tenant_));
    VEFA_TRY(auto before, HoldOrganization(transaction, tenant_, what, OrganizationHold::kToUpdate));
    Organization after = *before;
    after.parent = below;
    VEFA_TRY_OK(ChangeOrganization(transaction, tenant_, *before, after, "organization.updated", clock_));
    return Ok();
  };
  auto first = *database_.service().Begin(postgres::Scope::Tenant(tenant_), Soon());
  ASSERT_TRUE(move(first, a, b).ok());
  auto second = std::async(std::launch::async, [&]() -> Status {
    VEFA_TRY(auto transaction, database_.service().Begin(postgres::Scope::Tenant(tenant_), Soon()));
    VEFA_TRY_OK(move(transaction, b, a));
    return transaction.Commit();
  });
  // The second has begun and waits.
  ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0; }));
  ASSERT_TRUE(first.Commit().ok());
  Status refused = second.get();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "TREE_CYCLE");
  EXPECT_EQ(Circles(), 0);
}

// Whatever is moved wherever, one after the other it goes as a model of sets says, and several at once never make a circle.
TEST_F(OrganizationTreeTest, RandomMovesNeverMakeACircle) {
  constexpr int kOrganizations = 12;
  std::vector<std::string> names;
  for (int i = 0; i < kOrganizations; ++i) names.push_back(NewOrganization("O" + std::to_string(i)));
  std::map<std::string, std::string> parent;
  std::mt19937 random(20260102);
  int refused = 0;
  for (int step = 0; step < 300; ++step) {
    const std::string& what = names[random() % kOrganizations];
    const std::string below = random() % 8 == 0 ? "" : names[random() % kOrganizations];
    bool circle = false;
    for (std::string at = below; !at.empty(); at = parent[at]) circle = circle || at == what;
    auto moved = Move(what, below);
    ASSERT_EQ(moved.ok(), !circle) << "step " << step;
    if (circle) { EXPECT_EQ(moved.error().reason, "TREE_CYCLE"); }
    if (!circle) parent[what] = below;
    refused += circle;
  }
  EXPECT_GT(refused, 20);
  EXPECT_EQ(Circles(), 0);
  std::vector<std::thread> movers;
  for (unsigned mover = 0; mover < 4; ++mover)
    movers.emplace_back([&, mover] {
      std::mt19937 own(mover + 1);
      for (int step = 0; step < 60; ++step) {
        auto moved = Move(names[own() % kOrganizations], own() % 4 == 0 ? "" : names[own() % kOrganizations]);
        EXPECT_TRUE(moved.ok() || moved.error().reason == "TREE_CYCLE") << moved.error().reason;
      }
    });
  for (std::thread& mover : movers) mover.join();
  EXPECT_EQ(Circles(), 0);
}

}  // namespace
}  // namespace vefa::contact
