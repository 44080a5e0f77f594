#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "libs/base/cancel.h"
#include "libs/postgres/database.h"
#include "libs/postgres/schema.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"

namespace vefa::postgres {
namespace {

const Statement kInsertThing{"test_insert", "INSERT INTO thing (id) VALUES ($1)"};
const Statement kBackend{"test_backend", "SELECT pg_backend_pid()"};
const Statement kSleeping{"test_sleeping",
                          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
                          " AND query = 'SELECT pg_sleep(30)'"};
const Statement kSleep{"test_sleep", "SELECT pg_sleep(30)"};
const Statement kTimeout{"test_timeout", "SELECT current_setting('statement_timeout')"};
const Statement kApplication{"test_application", "SELECT current_setting('application_name')"};

class ResilienceTest : public ::testing::Test {
 protected:
  Scope scope() { return Scope::Tenant(database_.tenant()); }
  // One connection: the next call has the one before's, or a new one where that was given up.
  int64_t Backend() {
    auto rows = one_.Run(scope(), kBackend, {}, Soon());
    EXPECT_TRUE(rows.ok()) << rows.error().message;
    return rows.ok() ? rows->Int64(0, 0) : 0;
  }
  std::string DatabaseName() {
    const std::string& conninfo = database_.service_conninfo();
    size_t slash = conninfo.find('/', conninfo.find('@'));
    return conninfo.substr(slash + 1, conninfo.find('?') - slash - 1);
  }
  std::unique_ptr<Connection> Owner() {
    std::string conninfo = database_.service_conninfo();
    auto opened = Connection::Open(conninfo.replace(conninfo.find("_service:"), 9, "_owner:"), Soon());
    EXPECT_TRUE(opened.ok());
    return *std::move(opened);
  }

  testing::TestDatabase database_{
      {{"0100_things", "CREATE TABLE thing (id int PRIMARY KEY); GRANT ALL ON thing TO ${service}, ${pump};"}}};
  Database one_{database_.service_conninfo(), 1};
};

TEST_F(ResilienceTest, TheServerEndsAStatementBeforeItsDeadlineAndTheConnectionIsKept) {
  int64_t before = Backend();
  auto rows = one_.Run(scope(), kSleep, {}, Deadline::After(std::chrono::seconds(1)));
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().reason, "DATABASE_SLOW");
  EXPECT_EQ(rows.error().metadata.at("sqlstate"), "57014");
  EXPECT_EQ(Backend(), before);
}

TEST_F(ResilienceTest, AStatementWhoseCallerWentAwayIsGivenUpAndEnds) {
  Database other{database_.service_conninfo(), 1};
  auto sleeping = [&] { return other.Run(scope(), kSleeping, {}, Soon())->Int64(0, 0); };
  std::atomic<bool> gone = false;
  std::thread caller([&] {
    EXPECT_TRUE(testing::Eventually([&] { return sleeping() == 1; }, std::chrono::seconds(10)));
    gone = true;
  });
  {
    CancelScope scope_of_call([&] { return gone.load(); });
    auto rows = one_.Run(scope(), kSleep, {}, Deadline::After(std::chrono::seconds(25)));
    EXPECT_EQ(rows.ok() ? "" : rows.error().reason, "CANCELLED");
  }
  caller.join();
  EXPECT_TRUE(testing::Eventually([&] { return sleeping() == 0; }, std::chrono::seconds(10)));
  EXPECT_GT(Backend(), 0) << "another connection takes its place";
}

TEST_F(ResilienceTest, EachStatementOfATransactionHasWhatIsLeft) {
  auto transaction = one_.Begin(scope(), Deadline::After(std::chrono::seconds(10)));
  ASSERT_TRUE(transaction.ok());
  auto first = transaction->Execute(kTimeout);
  ASSERT_TRUE(first.ok());
  auto left = [](const Rows& rows) { return std::stoi(rows.String(0, 0)); };  // `9980ms`
  EXPECT_GT(left(*first), 5000);
  ASSERT_TRUE(testing::Eventually([&] { return left(*transaction->Execute(kTimeout)) < left(*first); }));
  ASSERT_TRUE(transaction->Commit().ok());
  // It was the transaction's, not the connection's.
  auto connection = Connection::Open(database_.service_conninfo(), Soon());
  EXPECT_EQ((*connection)->Execute(kTimeout, {}, Soon())->String(0, 0), "0");
}

TEST_F(ResilienceTest, AServerThatBecameReadOnlySaysSoAndIsLeft) {
  int64_t before = Backend();
  static const Statement kDemote{"test_demote", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"};
  ASSERT_TRUE(one_.Run(scope(), kDemote, {}, Soon()).ok());
  auto refused = one_.Run(scope(), kInsertThing, Bound(int32_t{1}), Soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "DATABASE_READ_ONLY");
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_TRUE(one_.Run(scope(), kInsertThing, Bound(int32_t{1}), Soon()).ok());
  EXPECT_NE(Backend(), before);
}

TEST_F(ResilienceTest, AReadOnlyServerIsNotConnectedToUntilItTakesWrites) {
  database_.Run("ALTER DATABASE " + DatabaseName() + " SET default_transaction_read_only = on");
  auto refused = one_.Run(scope(), kInsertThing, Bound(int32_t{1}), Soon());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "DATABASE_READ_ONLY");
  database_.Run("ALTER DATABASE " + DatabaseName() + " RESET default_transaction_read_only");
  EXPECT_TRUE(one_.Run(scope(), kInsertThing, Bound(int32_t{1}), Soon()).ok());
}

TEST_F(ResilienceTest, OfSeveralHostsTheOneThatAnswersIsUsed) {
  std::string conninfo = database_.service_conninfo();
  conninfo.insert(conninfo.find('@') + 1, "127.0.0.1:1,");
  Database several(conninfo, 1);
  EXPECT_TRUE(several.Run(scope(), kInsertThing, Bound(int32_t{1}), Soon()).ok());
}

TEST_F(ResilienceTest, ADefaultHoldsUntilTheConninfoSaysOtherwise) {
  EXPECT_EQ(one_.Run(scope(), kApplication, {}, Soon())->String(0, 0), "vefa");
  std::string conninfo = database_.service_conninfo();
  conninfo += conninfo.find('?') == std::string::npos ? "?application_name=other" : "&application_name=other";
  Database named(conninfo, 1);
  EXPECT_EQ(named.Run(scope(), kApplication, {}, Soon())->String(0, 0), "other");
}

TEST_F(ResilienceTest, TwoMigratorsApplyEachStepOnce) {
  const std::vector<Migration> steps{{"0200_slow", "SELECT pg_sleep(0.2); CREATE TABLE slow (id int)"},
                                     {"0201_next", "CREATE TABLE next (id int)"}};
  std::vector<std::string> applied[2];
  std::vector<std::thread> migrators;
  for (auto& mine : applied)
    migrators.emplace_back([&] {
      auto owner = Owner();
      auto done = Migrate(*owner, steps, "", "");
      ASSERT_TRUE(done.ok()) << done.error().message;
      mine = *done;
    });
  for (std::thread& migrator : migrators) migrator.join();
  EXPECT_EQ(applied[0].size() + applied[1].size(), 2u);
  EXPECT_TRUE(applied[0].empty() || applied[1].empty());
}

TEST_F(ResilienceTest, AnOlderSchemaIsNamedAndANewerOneIsFine) {
  const std::vector<Migration> needed{{"0100_things", ""}, {"0200_more", "CREATE TABLE more (id int)"}};
  SchemaCheck check(one_, needed);
  Status old = check.Ready(Soon());
  ASSERT_FALSE(old.ok());
  EXPECT_EQ(old.error().reason, "SCHEMA_TOO_OLD");
  EXPECT_NE(old.error().message.find("0200_more"), std::string::npos) << old.error().message;
  auto owner = Owner();
  ASSERT_TRUE(Migrate(*owner, {needed[1]}, "", "").ok());
  EXPECT_TRUE(check.Ready(Soon()).ok());
  SchemaCheck older(one_, {needed[0]});
  EXPECT_TRUE(older.Ready(Soon()).ok());
}

TEST_F(ResilienceTest, ASchemaThatCannotBeLookedAtIsTooOld) {
  database_.Run("REVOKE SELECT ON schema_migration FROM PUBLIC, " + DatabaseName() + "_service");
  SchemaCheck check(one_, {{"0011_schema_seen", ""}});
  Status old = check.Ready(Soon());
  ASSERT_FALSE(old.ok());
  EXPECT_EQ(old.error().reason, "SCHEMA_TOO_OLD");
}

}  // namespace
}  // namespace vefa::postgres
