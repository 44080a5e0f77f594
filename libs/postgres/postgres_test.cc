#include <gtest/gtest.h>

#include <thread>

#include "libs/postgres/database.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"

namespace vefa::postgres {
namespace {

class PostgresTest : public ::testing::Test {
 protected:
  Scope scope() { return Scope::Tenant(database_.tenant()); }
  testing::TestDatabase database_{{{"0100_things",
                                    "CREATE TABLE thing (id int PRIMARY KEY, note text,"
                                    " CONSTRAINT thing_note_key UNIQUE (note));"
                                    "GRANT ALL ON thing TO ${service}, ${pump};"}}};
};

const Statement kInsert{"test_insert", "INSERT INTO thing (id, note) VALUES ($1, $2)"};
const Statement kCount{"test_count", "SELECT count(*) FROM thing"};

TEST_F(PostgresTest, EveryTypeTravelsBothWays) {
  static const Statement kEcho{"test_echo",
                               "SELECT $1::uuid, $2::text, $3::bigint, $4::int, $5::smallint, $6::float8, $7::boolean,"
                               " $8::timestamptz, $9::bytea, $10::date, $11::text, $12::uuid[]"};
  Uuid id = database_.tenant();
  Time time(std::chrono::microseconds(852076800123456LL));
  std::vector<Uuid> ids{id, database_.other_tenant()};
  auto rows = database_.service().Run(
      scope(), kEcho,
      Bound(id, "Işık", int64_t{-5}, int32_t{7}, int16_t{-2}, 2.5, true, time, Bytes{std::string_view("a\0b", 3)},
            Day{10000}, std::optional<std::string>(), ids),
      Soon());
  ASSERT_TRUE(rows.ok()) << rows.error().metadata.at("detail");
  EXPECT_EQ(rows->Id(0, 0), id);
  EXPECT_EQ(rows->Text(0, 1), "Işık");
  EXPECT_EQ(rows->Int64(0, 2), -5);
  EXPECT_EQ(rows->Int32(0, 3), 7);
  EXPECT_EQ(rows->Int64(0, 4), -2);
  EXPECT_EQ(rows->Double(0, 5), 2.5);
  EXPECT_TRUE(rows->Bool(0, 6));
  EXPECT_EQ(rows->Timestamp(0, 7), time);
  EXPECT_EQ(rows->Text(0, 8), std::string_view("a\0b", 3));
  EXPECT_EQ(rows->Date(0, 9), 10000);
  EXPECT_TRUE(rows->IsNull(0, 10));
  EXPECT_EQ(rows->Ids(0, 11), ids);
}

TEST_F(PostgresTest, ArraysOfEveryTypeUnnest) {
  static const Statement kUnnest{"test_unnest",
                                 "SELECT count(*), sum(i), min(t) FROM unnest($1::bigint[], $2::text[], $3::bytea[],"
                                 " $4::timestamptz[], $5::bool[], $6::float8[], $7::smallint[], $8::date[])"
                                 " AS x(i, t, b, at, f, d, s, day)"};
  auto rows = database_.service().Run(
      scope(), kUnnest,
      Bound(std::vector<int64_t>{1, 2}, std::vector<std::string>{"", "b,\"}"}, BindBytes({"x", ""}),
            std::vector<Time>{Time{}, Time{}}, std::vector<bool>{true, false}, std::vector<double>{1, 2},
            std::vector<int16_t>{1, 2}, std::vector<Day>{{1}, {2}}),
      Soon());
  ASSERT_TRUE(rows.ok()) << rows.error().metadata.at("detail");
  EXPECT_EQ(rows->Int64(0, 0), 2);
}

TEST_F(PostgresTest, AnErrorUndoesTheWholeFlush) {
  std::vector<Call> calls;
  calls.push_back({&kInsert, Bound(int32_t{1}, "a")});
  calls.push_back({&kInsert, Bound(int32_t{2}, "a")});
  auto rows = database_.service().Run(scope(), std::move(calls), Soon());
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code, Code::kAlreadyExists);
  EXPECT_EQ(ConstraintOf(rows.error()), "thing_note_key");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM thing"), 0);
  // The connection is good for the next one, with its statements still prepared.
  EXPECT_TRUE(database_.service().Run(scope(), kInsert, Bound(int32_t{1}, "a"), Soon()).ok());
}

TEST_F(PostgresTest, ATransactionThatIsNotCommittedIsRolledBack) {
  {
    auto transaction = database_.service().Begin(scope(), Soon());
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(transaction->Execute(kInsert, Bound(int32_t{1}, "a")).ok());
    EXPECT_FALSE(transaction->Execute(kInsert, Bound(int32_t{1}, "b")).ok());
  }
  EXPECT_EQ(database_.Count("SELECT count(*) FROM thing"), 0);
  EXPECT_EQ(database_.service().Run(scope(), kCount, {}, Soon())->Int64(0, 0), 0);
}

TEST_F(PostgresTest, AFailedTransactionCannotBeCommitted) {
  auto transaction = database_.service().Begin(scope(), Soon());
  ASSERT_TRUE(transaction->Execute(kInsert, Bound(int32_t{1}, "a")).ok());
  EXPECT_FALSE(transaction->Execute(kInsert, Bound(int32_t{1}, "b")).ok());
  Status committed = transaction->Commit();
  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().reason, "TRANSACTION_FAILED");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM thing"), 0);
}

TEST_F(PostgresTest, ADeadlineEndsASlowStatement) {
  static const Statement kSleep{"test_sleep", "SELECT pg_sleep(30)"};
  auto start = std::chrono::steady_clock::now();
  auto rows = database_.service().Run(scope(), kSleep, {}, Deadline::After(std::chrono::milliseconds(200)));
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code, Code::kDeadlineExceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  // The server stopped it.
  EXPECT_TRUE(testing::Eventually([&] {
    return database_.Count("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(30)%'") == 0;
  }));
  EXPECT_TRUE(database_.service().Run(scope(), kCount, {}, Soon()).ok());
}

TEST_F(PostgresTest, LostConnectionsAreOpenedAgain) {
  ASSERT_TRUE(database_.service().Run(scope(), kCount, {}, Soon()).ok());
  database_.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%_service' AND datname = current_database()");
  EXPECT_TRUE(testing::Eventually([&] { return database_.service().Run(scope(), kCount, {}, Soon()).ok(); }));
}

TEST_F(PostgresTest, AFullPoolSaysSo) {
  Database one(database_.service_conninfo(), 1);
  auto held = one.Begin(scope(), Soon());
  ASSERT_TRUE(held.ok());
  auto refused = one.Run(scope(), kCount, {}, Deadline::After(std::chrono::milliseconds(50)));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "DATABASE_BUSY");
}

TEST_F(PostgresTest, NobodyThereIsUnavailable) {
  Database nowhere("postgresql://nobody:x@127.0.0.1:1/none", 1);
  auto rows = nowhere.Run(scope(), kCount, {}, Soon());
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code, Code::kUnavailable);
  EXPECT_GT(rows.error().retry_after_ms, 0);
}

TEST_F(PostgresTest, MigrationsApplyOnceAndMustNotChange) {
  std::string conninfo = database_.service_conninfo();
  std::string owner = conninfo.replace(conninfo.find("_service:"), 9, "_owner:");
  auto connection = Connection::Open(owner, Soon());
  ASSERT_TRUE(connection.ok());
  std::vector<Migration> steps{{"0200_more", "CREATE TABLE more (id int)"}};
  auto first = Migrate(**connection, steps, "", "");
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(*first, std::vector<std::string>{"0200_more"});
  EXPECT_TRUE(Migrate(**connection, steps, "", "")->empty());
  steps[0].sql = "CREATE TABLE other (id int)";
  EXPECT_EQ(Migrate(**connection, steps, "", "").error().reason, "MIGRATION_EDITED");
  auto bad = Migrate(**connection, {{"0300_bad", "CREATE TABLE half (id int); SELECT nonsense"}}, "", "");
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM pg_class WHERE relname = 'half'"), 0);
}

}  // namespace
}  // namespace vefa::postgres
