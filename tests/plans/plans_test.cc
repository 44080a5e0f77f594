#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "libs/postgres/statement.h"
#include "tests/plans/filled.h"
#include "tests/plans/golden.h"
#include "tests/plans/statements.h"

namespace vefa::plans {
namespace {

class PlansTest : public ::testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() {
    if (filled_ == nullptr) filled_ = new FilledDatabases();
  }
  static void TearDownTestSuite() {
    delete filled_;
    filled_ = nullptr;
  }
  testing::TestDatabase& database() { return filled_->of(GetParam()); }
  std::string path() const { return VEFA_SOURCES "/tests/plans/golden/" + GetParam() + ".txt"; }

  std::vector<Plan> Explain(Planner& planner) {
    std::vector<Plan> plans;
    for (const Planned& planned : StatementsOf(GetParam())) {
      for (const Asked& asked : planned.asked) {
        auto plan = planner.Explain(planned.name, planned.sql, asked, planned.pump_first);
        if (plan.ok()) {
          plans.push_back(*std::move(plan));
        } else {
          ADD_FAILURE() << planned.file << ": " << plan.error().message;
        }
      }
    }
    return plans;
  }

  static FilledDatabases* filled_;
};

FilledDatabases* PlansTest::filled_ = nullptr;

// What a service loses when the index is dropped: a statement that must be complained about.
struct Loss {
  const char* drop;
  const char* statement;
};
const std::map<std::string, Loss> kLosses{
    {"contact", {"DROP INDEX contact_by_create_time", "contact_list_create_time"}},
    {"interaction", {"DROP INDEX scoring_run_by_create_time", "scoring_run_list"}},
    {"campaign", {"DROP INDEX campaign_recipient_waiting", "run_waiting"}},
    {"notification", {"DROP INDEX message_by_contact", "message_list of a contact"}},
    {"gateway", {"DROP INDEX session_by_user", "gateway_session_forget"}},
};

// One test, in this order, because the filling takes longest and the loss comes last.
TEST_P(PlansTest, EveryStatementIsPlannedAsItIsKept) {
  Planner planner(database());
  std::vector<Plan> plans = Explain(planner);
  ASSERT_GT(plans.size(), 5u);
  if (std::getenv("VEFA_WRITE_DOCS") != nullptr) WriteGolden(path(), GoldenOf(plans));
  Golden kept = ReadGolden(path());
  for (const auto& [name, complaint] : Compare(kept, GoldenOf(plans))) ADD_FAILURE() << complaint;

  const std::regex index("(?:using|Index Scan on) (\\w+)");
  std::set<std::string> used;
  for (const Plan& plan : plans) {
    for (const std::string& line : plan.lines)
      if (std::smatch match; std::regex_search(line, match, index)) used.insert(match[1]);
    std::string name = plan.name.substr(0, plan.name.find(' '));
    bool may = MayReadWhole().contains(name);
    for (const std::string& table : plan.whole)
      EXPECT_TRUE(may) << plan.name << " reads all of " << table << ", which is large. Give it an index by a new migration, or, if"
                       << " that is its purpose, name it with the reason in MayReadWhole() of tests/plans/statements.cc.";
  }
  for (const std::string& plain : planner.PlainIndexes())
    EXPECT_TRUE(used.contains(plain)) << "No statement uses the index " << plain << ", which every write pays for. Drop it by a"
                                      << " new migration.";

  // What all this is for: a lost index is noticed, by the name of who needs it.
  const Loss& loss = kLosses.at(GetParam());
  database().Run(loss.drop);
  std::map<std::string, std::string> complaints = Compare(kept, GoldenOf(Explain(planner)));
  ASSERT_TRUE(complaints.contains(loss.statement)) << loss.drop << " was not noticed";
  EXPECT_NE(complaints.at(loss.statement).find("is planned otherwise"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, PlansTest, ::testing::ValuesIn(Services()), [](const auto& service) { return service.param; });

TEST(StatementsTest, EveryStatementOfTheSourceIsKnown) {
  auto known = postgres::Statements();
  const std::regex declared("Statement\\s+\\w+\\{\\s*(?:\"(\\w+)\"|\\w+),");
  int found = 0;
  for (const char* root : {"libs", "services"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(VEFA_SOURCES "/") + root)) {
      std::string file = entry.path().string();
      bool ours = file.ends_with(".cc") || file.ends_with(".h");
      if (!ours || file.find("_test.cc") != std::string::npos || file.find("_fixture.") != std::string::npos ||
          file.find("/testing/") != std::string::npos || file.find("/ctl/") != std::string::npos)
        continue;
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      std::string source = text.str();
      for (std::sregex_iterator at(source.begin(), source.end(), declared), end; at != end; ++at) {
        std::string name = (*at)[1];
        ++found;
        bool made = MadeAtRunTime().contains(name) || (name.empty() && file.ends_with("/libs/events/verify.cc"));
        EXPECT_TRUE(known.contains(name) || made)
            << file << " has the statement '" << name << "', whose plan nobody sees: give it a literal text, or name it in"
            << " MadeAtRunTime() of tests/plans/statements.cc, with its plan or the reason why it needs none.";
      }
    }
  }
  EXPECT_GT(found, 200);
}

}  // namespace
}  // namespace vefa::plans
