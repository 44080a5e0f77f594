#include "libs/events/rebuild.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "libs/events/projection_fixture.h"

namespace vefa::events {
namespace {

class RebuildTest : public ProjectionFixture {
 protected:
  // As a bug would: some sums are wrong, some lines are gone.
  void Spoil() {
    database_.Run(
        "UPDATE toy_sum SET n = n + 3, total = total - 1 WHERE bucket % 2 = 0;"
        "DELETE FROM toy_line WHERE amount % 3 = 0");
    ASSERT_GT(Wrong(), 0);
  }
  // What a table is, but for its contents.
  std::string Shape(const std::string& table) {
    std::string sql =
        "SELECT concat_ws(' | ', (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), "
        "attnotnull,"
        "   attcollation, pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY attname) FROM pg_attribute a"
        "   LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE attrelid = c.oid AND attnum "
        "> 0),"
        " (SELECT string_agg(pg_get_indexdef(indexrelid), ', ' ORDER BY pg_get_indexdef(indexrelid)) FROM pg_index"
        "   WHERE indrelid = c.oid),"
        " (SELECT string_agg(conname || pg_get_constraintdef(oid), ', ' ORDER BY conname) FROM pg_constraint"
        "   WHERE conrelid = c.oid),"
        " (SELECT string_agg(p::text, ', ' ORDER BY policyname) FROM pg_policies p WHERE tablename = c.relname"
        "   AND schemaname = 'public'),"
        " (SELECT string_agg(a::text, ', ' ORDER BY a::text) FROM unnest(c.relacl) a), c.reloptions::text,"
        " c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relpersistence)"
        " FROM pg_class c WHERE oid = 'public." +
        table + "'::regclass";
    postgres::Statement statement{"test_shape", sql.c_str(), true};
    auto rows = database_.owner().Run(postgres::Scope::EveryTenant(), statement, {}, Soon());
    EXPECT_TRUE(rows.ok()) << rows.error().metadata.at("detail");
    return rows->String(0, 0);
  }
  // Claims a run as `owner` would.
  ProjectionRun Claimed(const Uuid& owner, RunKind kind = RunKind::kRebuild) {
    ProjectionRun run = Ask(kind);
    database_.Run(
        "UPDATE projection_run SET state = 2, attempts = 1, lease_until = now() + interval '1 hour', lease_owner = '" +
        owner.ToString() + "'");
    return run;
  }
};

class RebuildFromTest : public RebuildTest, public ::testing::WithParamInterface<RunFrom> {};
INSTANTIATE_TEST_SUITE_P(Sources, RebuildFromTest, ::testing::Values(RunFrom::kLedger, RunFrom::kKafka),
                         [](const auto& from) { return from.param == RunFrom::kLedger ? "Ledger" : "Kafka"; });

TEST_P(RebuildFromTest, UnderLoadEqualsItsEventsAndIsSwappedInAtOnce) {
  GoLive();
  Append("first", 6000);
  Append(database_.other_tenant(), "theirs", 500, 3, "toy.added");
  ASSERT_TRUE(EventuallyCaughtUp());
  ASSERT_EQ(Wrong(), 0);
  std::string shapes = Shape("toy_sum") + Shape("toy_line");
  database_.Run("UPDATE toy_sum SET n = n + 3, total = total - 1 WHERE bucket % 2 = 0");
  ASSERT_GT(Wrong(), 0);
  std::atomic<int64_t> reads{0}, failures{0}, fewest{6000};
  {
    Load writer([&](int round) { AppendAndPublish("load" + std::to_string(round), 40); });
    // No reader ever meets a table that is missing, empty or half full.
    Load reader([&](int) {
      static const postgres::Statement kCount{"test_lines", "SELECT count(*) FROM toy_line"};
      auto rows = database_.service().Run(postgres::Scope::Tenant(database_.tenant()), kCount, {}, Soon());
      ++reads;
      if (!rows.ok()) ++failures;
      if (rows.ok()) fewest = std::min(fewest.load(), rows->Int64(0, 0));
    });
    ProjectionRun run = Do(RunKind::kRebuild, GetParam());
    EXPECT_EQ(run.state, RunState::kDone) << run.error;
    EXPECT_GE(run.events, 6500);
    EXPECT_GE(writer.rounds(), 1);
  }
  ASSERT_TRUE(EventuallyCaughtUp());
  EXPECT_EQ(Wrong(), 0);
  EXPECT_GT(reads, 10);
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(fewest, 6000);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_event"), 0);
  EXPECT_EQ(Schemas(), 0);
  EXPECT_EQ(Shape("toy_sum") + Shape("toy_line"), shapes);
}

TEST_F(RebuildTest, KilledInTheMiddleLeavesTheLiveOneAndBeginsAnew) {
  GoLive();
  Append("things", 6000);
  ASSERT_TRUE(EventuallyCaughtUp());
  Spoil();
  int64_t wrong = Wrong();
  Uuid dead = NewUuidV7(clock_);
  ProjectionRun run = Claimed(dead);
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    postgres::Database pump(database_.pump_conninfo(), 2), service(database_.service_conninfo(), 2);
    testing::DatabaseLedger ledger({{topic_, &service}});
    // Twelve pages make three batches; when the last one is read, the first was applied.
    std::atomic<int> pages = 0;
    RunContext context{pump, info_, handler_, &ledger, "", dead, [&] {
                         if (++pages == 10) kill(getpid(), SIGKILL);
                         return false;
                       }};
    (void)Rebuild(context, run);
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(Schemas(), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM projection_run WHERE state = 2 AND events > 0"), 1);
  EXPECT_EQ(Wrong(), wrong);
  Append("later", 100);
  ASSERT_TRUE(EventuallyCaughtUp());

  // As when its lease has run out.
  database_.Run("UPDATE projection_run SET lease_until = now() - interval '1 second'");
  auto worker = Work();
  ProjectionRun done = Finished(run.id);
  EXPECT_EQ(done.state, RunState::kDone) << done.error;
  EXPECT_EQ(done.attempts, 2);
  EXPECT_EQ(done.events, 6100);
  ASSERT_TRUE(EventuallyCaughtUp());
  EXPECT_EQ(Wrong(), 0);
  EXPECT_EQ(Schemas(), 0);
}

TEST_F(RebuildTest, ARunThatWasTakenOverWritesNoMore) {
  Append("things", 3000);
  Uuid first = NewUuidV7(clock_);
  ProjectionRun run = Claimed(first);
  RunContext context{
      database_.pump(), info_, handler_, &ledger_, "", first, [&, pages = 0]() mutable {
        if (++pages == 3)
          database_.Run("UPDATE projection_run SET lease_owner = '" + NewUuidV7(clock_).ToString() + "'");
        return false;
      }};
  Status outcome = Rebuild(context, run);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().reason, "RUN_LOST");
  // The shadow is the other's now.
  EXPECT_EQ(Schemas(), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM toy_line"), 0);
}

TEST_F(RebuildTest, AStoppedProcessGivesItsRunBack) {
  Append("things", 3000);
  std::atomic<int> pages{0};
  ledger_.before_page = [&] { ++pages; };
  auto worker = Work();
  ProjectionRun run = Ask(RunKind::kRebuild);
  worker->Wake();
  ASSERT_TRUE(testing::Eventually([&] { return pages > 0; }));
  worker->Stop();
  ProjectionRun given = *GetRun(database_.pump(), run.id, Soon());
  if (given.state != RunState::kDone) {
    EXPECT_EQ(given.state, RunState::kQueued);
    EXPECT_EQ(given.attempts, 0);
  }
  auto next = Work();
  EXPECT_EQ(Finished(run.id).state, RunState::kDone);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM toy_line"), 3000);
}

TEST_F(RebuildTest, AnEventCommittedLateIsFoundByItsSuccessor) {
  // Drawn before everything else, committed after the first page was read.
  auto late = database_.service().Begin(postgres::Scope::Tenant(database_.tenant()), Soon());
  ASSERT_TRUE(late.ok());
  auto append = [&](int64_t version) {
    return "SELECT " VEFA_APPEND_EVENTS("'" + database_.tenant().ToString() + "'::uuid, 'late/1', " +
                                        std::to_string(version) +
                                        ", gen_random_uuid(), 'toy.added', now(), '', NULL, convert_to('1 1', 'UTF8')");
  };
  std::string first = append(1), second = append(2);
  postgres::Statement one{"test_late_1", first.c_str(), false}, two{"test_late_2", second.c_str(), false};
  ASSERT_TRUE(late->Execute(one).ok());
  Append("things", 1200);
  int pages = 0;
  ledger_.before_page = [&] {
    if (++pages != 2) return;
    ASSERT_TRUE(late->Commit().ok());
    ASSERT_TRUE(database_.service().Run(postgres::Scope::Tenant(database_.tenant()), two, {}, Soon()).ok());
  };
  ProjectionRun run = Do(RunKind::kRebuild);
  EXPECT_EQ(run.state, RunState::kDone) << run.error;
  EXPECT_EQ(database_.Count("SELECT count(*) FROM toy_line WHERE subject = 'late/1'"), 2);
  EXPECT_EQ(Wrong(), 0);
}

TEST_F(RebuildTest, WhatCannotBeBuiltAsFarAsTheLiveOneIsNotSwappedIn) {
  GoLive();
  Append("things", 500);
  ASSERT_TRUE(EventuallyCaughtUp());
  database_.Run(
      "DELETE FROM event_log WHERE subject IN ('things/3', 'things/4') AND aggregate_version < 3;"
      "DELETE FROM event_log WHERE subject = 'things/5'");
  ProjectionRun run = Do(RunKind::kRebuild);
  EXPECT_EQ(run.state, RunState::kFailed);
  EXPECT_TRUE(run.error.starts_with("PROJECTION_INCOMPLETE")) << run.error;
  EXPECT_EQ(run.subjects_unverifiable, 3);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM toy_line"), 500);
  EXPECT_EQ(Schemas(), 0);
  // Kafka still has them.
  EXPECT_EQ(Do(RunKind::kRebuild, RunFrom::kKafka).state, RunState::kDone);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM toy_line"), 500);
}

TEST_F(RebuildTest, APoisonedSubjectStaysParkedUntilTheHandlerCanReadIt) {
  GoLive();
  Append("good", 300);
  Append("bad", 1, 1, "toy.added");
  ASSERT_TRUE(EventuallyCaughtUp());
  AppendOne("bad/0", 2, "toy.poison");
  AppendOne("bad/0", 3);
  relay_->Wake();
  ASSERT_TRUE(testing::Eventually([&] { return database_.Count("SELECT count(*) FROM parked_event") == 2; },
                                  std::chrono::seconds(60)));
  // The handler still refuses it: everything else is built, the subject stays parked.
  ProjectionRun run = Do(RunKind::kRebuild);
  EXPECT_EQ(run.state, RunState::kDone) << run.error;
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_event"), 2);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM toy_line WHERE subject = 'bad/0'"), 1);
  // A handler that can read it.
  toy_refuses = false;
  EXPECT_EQ(Do(RunKind::kRebuild).state, RunState::kDone);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_event"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_subject"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM toy_line WHERE subject = 'bad/0'"), 3);
  EXPECT_EQ(Wrong(), 0);
}

TEST_F(RebuildTest, AfterARestoreTheLedgersHistoryIsTheOne) {
  GoLive();
  Append("things", 30, 3);
  ASSERT_TRUE(EventuallyCaughtUp());
  // The owner's database is put back to before its last event, which never happened in the next life.
  relay_.reset();
  database_.Run(
      "DELETE FROM event_log WHERE subject = 'things/1' AND aggregate_version = 3; SELECT check_incarnation(true)");
  relay_ = MakeRelay();
  AppendOne("things/1", 3);
  AppendOne("things/1", 4);
  relay_->Wake();
  ASSERT_TRUE(testing::Eventually(
      [&] {
        return database_.Count("SELECT count(*) FROM parked_subject WHERE kind = 'RESTORED'") == 1 &&
               database_.Count("SELECT count(*) FROM parked_event") == 2;
      },
      std::chrono::seconds(60)));
  EXPECT_GT(Wrong(), 0);
  ProjectionRun run = Do(RunKind::kRebuild);
  EXPECT_EQ(run.state, RunState::kDone) << run.error;
  EXPECT_EQ(Wrong(), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_subject"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM parked_event"), 0);
  AppendOne("things/1", 5);
  relay_->Wake();
  ASSERT_TRUE(EventuallyCaughtUp());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM toy_line WHERE subject = 'things/1'"), 5);
  EXPECT_EQ(Wrong(), 0);
}

TEST_F(RebuildTest, AnEventAnOperatorGaveUpIsPassedOver) {
  Append("things", 10);
  database_.Run("INSERT INTO skipped_event (consumer, tenant_id, subject, version) VALUES ('" + info_.consumer +
                "', '" + database_.tenant().ToString() + "', 'things/1', 2)");
  EXPECT_EQ(Do(RunKind::kRebuild).state, RunState::kDone);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM toy_line"), 9);
  EXPECT_EQ(Wrong(), 0);
}

TEST_F(RebuildTest, APartitionFirstReadMeanwhileIsReadAgain) {
  Append("things", 100);
  database_.Run("INSERT INTO consumer_position (consumer, topic, part, next_offset) VALUES ('" + info_.consumer +
                "', 't', 0, 7)");
  ledger_.before_page = [&] {
    database_.Run(
        "UPDATE consumer_position SET next_offset = 9;"
        "INSERT INTO consumer_position (consumer, topic, part, next_offset) VALUES ('" +
        info_.consumer +
        "', 't', 1, 5)"
        " ON CONFLICT DO NOTHING");
  };
  EXPECT_EQ(Do(RunKind::kRebuild).state, RunState::kDone);
  EXPECT_EQ(database_.Count("SELECT next_offset FROM consumer_position WHERE part = 0"), 7);
  EXPECT_EQ(database_.Count("SELECT next_offset FROM consumer_position WHERE part = 1"), 0);
}

TEST_F(RebuildTest, ThePumpTouchesDeclaredTablesOnly) {
  auto refused = [&](const std::string& sql) {
    postgres::Statement statement{"test_refused", sql.c_str(), true};
    return !database_.pump().Run(postgres::Scope::EveryTenant(), statement, {}, Soon()).ok();
  };
  for (const char* function :
       {"make_shadow('x', true)", "drop_shadow('x')", "swap_shadow('x')", "drop_shadow('x\"; DROP TABLE toy_sum')",
        "declare_projection('x', 'event_log')", "clone_table('tenant', 'public', '_mine', true)"})
    EXPECT_TRUE(refused(std::string("SELECT ") + function)) << function;
  EXPECT_TRUE(refused("INSERT INTO projection_table VALUES ('x', 'tenant')"));
  EXPECT_TRUE(refused("CREATE SCHEMA mine"));
  // What cannot be replaced one for one is not declared, even by the owner.
  auto undeclarable = [&](const std::string& name) {
    std::string sql = "SELECT declare_projection('x', '" + name + "')";
    postgres::Statement statement{"test_declare", sql.c_str(), true};
    return !database_.owner().Run(postgres::Scope::EveryTenant(), statement, {}, Soon()).ok();
  };
  for (const char* name : {"tenant", "event_log", "toy_sum", "no such table", "consumer_position"})
    EXPECT_TRUE(undeclarable(name)) << name;
  EXPECT_EQ(EnqueueRun(database_.pump(), "nobody", RunKind::kVerify, RunFrom::kLedger, clock_, Soon()).error().reason,
            "PROJECTION_UNKNOWN");
}

TEST_F(RebuildTest, RunsQueueOncePerKindAndAreListedNewestFirst) {
  ProjectionRun first = Ask(RunKind::kRebuild);
  EXPECT_EQ(Ask(RunKind::kRebuild).id, first.id);
  ProjectionRun second = Ask(RunKind::kVerify);
  auto runs = ListRuns(database_.pump(), Soon());
  ASSERT_TRUE(runs.ok());
  ASSERT_EQ(runs->size(), 2u);
  EXPECT_EQ(runs->front().id, second.id);
  EXPECT_EQ(runs->back().state, RunState::kQueued);
  EXPECT_EQ(GetRun(database_.pump(), NewUuidV7(clock_), Soon()).error().reason, "PROJECTION_RUN_NOT_FOUND");
}

}  // namespace
}  // namespace vefa::events
