#include "libs/events/verify.h"

#include "libs/events/projection_fixture.h"

namespace vefa::events {
namespace {

using VerifyTest = ProjectionFixture;

TEST_F(VerifyTest, AHealthyProjectionHasNoDifferencesWhileEventsArrive) {
  GoLive();
  Append("things", 3000);
  Append(database_.other_tenant(), "theirs", 300, 3, "toy.added");
  ASSERT_TRUE(EventuallyCaughtUp());
  Load writer([&](int round) { AppendAndPublish("load" + std::to_string(round), 40); });
  for (RunFrom from : {RunFrom::kLedger, RunFrom::kKafka}) {
    ProjectionRun run = Do(RunKind::kVerify, from);
    EXPECT_EQ(run.state, RunState::kDone) << run.error;
    EXPECT_EQ(run.rows_missing, 0);
    EXPECT_EQ(run.rows_unexpected, 0);
    EXPECT_EQ(run.subjects_unverifiable, 0);
    EXPECT_GE(run.rows_compared, 3300);
    EXPECT_GE(run.events, 3300);
    EXPECT_TRUE(run.differences.empty());
  }
  EXPECT_GT(writer.rounds(), 3);
  EXPECT_EQ(Schemas(), 0);
}

TEST_F(VerifyTest, EveryPlantedDifferenceIsFoundAndNamedByItsKey) {
  GoLive();
  Append("things", 500);
  ASSERT_TRUE(EventuallyCaughtUp());
  std::string tenant = database_.tenant().ToString();
  database_.Run(
      "DELETE FROM toy_line WHERE subject = 'things/7' AND version = 2;"
      "UPDATE toy_line SET amount = amount + 123456 WHERE subject = 'things/8' AND version = 1;"
      "INSERT INTO toy_line (tenant_id, subject, version, amount) VALUES ('" +
      tenant +
      "', 'things/9', 99, 5);"
      "UPDATE toy_sum SET n = n + 1, total = total + 1 WHERE bucket = 4;"
      "UPDATE toy_line SET write_time = now() - interval '1 day'");
  ProjectionRun run = Do(RunKind::kVerify);
  EXPECT_EQ(run.state, RunState::kDone) << run.error;
  EXPECT_EQ(run.rows_missing, 3);
  EXPECT_EQ(run.rows_unexpected, 3);
  std::string key = "tenant_id=" + tenant + ", ";
  EXPECT_EQ(run.differences,
            (std::vector<std::string>{"toy_sum: " + key + "bucket=4 differs in n, total",
                                      "toy_line: " + key + "subject=things/7, version=2 is missing",
                                      "toy_line: " + key + "subject=things/8, version=1 differs in amount",
                                      "toy_line: " + key + "subject=things/9, version=99 is not expected"}));
  // The checker changed nothing.
  EXPECT_GT(Wrong(), 0);
  EXPECT_EQ(Schemas(), 0);
}

TEST_F(VerifyTest, NamesAtMostTwentyRows) {
  GoLive();
  Append("things", 500);
  ASSERT_TRUE(EventuallyCaughtUp());
  database_.Run("DELETE FROM toy_line WHERE version > 1");
  ProjectionRun run = Do(RunKind::kVerify);
  EXPECT_EQ(run.rows_missing, 400);
  EXPECT_EQ(run.differences.size(), static_cast<size_t>(kDifferencesMax));
}

TEST_F(VerifyTest, WhatTheLedgerDroppedIsCountedAndLeftOut) {
  GoLive();
  Append("things", 500);
  Append(database_.other_tenant(), "theirs", 100, 5, "toy.added");
  ASSERT_TRUE(EventuallyCaughtUp());
  database_.Run(
      "DELETE FROM event_log WHERE subject IN ('things/3', 'things/4') AND aggregate_version < 3;"
      "DELETE FROM event_log WHERE subject = 'things/5';"
      "DELETE FROM toy_line WHERE subject = 'things/7' AND version = 2;"
      "UPDATE toy_sum SET n = n + 1 WHERE bucket = 4");
  ProjectionRun run = Do(RunKind::kVerify);
  EXPECT_EQ(run.state, RunState::kDone) << run.error;
  EXPECT_EQ(run.subjects_unverifiable, 3);
  // Sums of the first tenant cannot be told apart by subject; those of the other can be compared.
  EXPECT_EQ(run.rows_missing, 2);
  EXPECT_EQ(run.rows_unexpected, 1);
  ASSERT_EQ(run.differences.size(), 2u);
  EXPECT_EQ(run.differences[0],
            "toy_sum: tenant_id=" + database_.other_tenant().ToString() + ", bucket=4 differs in n");
}

TEST_F(VerifyTest, AHandlerThatRefusesWhatItOnceAppliedIsADifference) {
  toy_refuses = false;
  GoLive();
  Append("things", 50);
  Append("bad", 5, 5, "toy.poison");
  ASSERT_TRUE(EventuallyCaughtUp());
  toy_refuses = true;
  ProjectionRun run = Do(RunKind::kVerify);
  EXPECT_EQ(run.subjects_unverifiable, 0);
  EXPECT_EQ(run.rows_missing + run.rows_unexpected, 5 + 10);
}

TEST_F(VerifyTest, OneOfSeveralProcessesVerifiesAndAllExportIt) {
  GoLive();
  Append("things", 100);
  ASSERT_TRUE(EventuallyCaughtUp());
  database_.Run("DELETE FROM toy_line WHERE subject = 'things/7' AND version = 2");
  telemetry::Metrics other;
  ProjectionWorker second(database_.pump(), {{info_, &handler_}}, &ledger_, testing::KafkaBrokers(),
                          std::chrono::minutes(60), clock_, other);
  auto first = Work(std::chrono::minutes(60));
  std::string line = "vefa_projection_differences{consumer=\"" + info_.consumer + "\"} 1";
  EXPECT_TRUE(testing::Eventually(
      [&] {
        return metrics_.Expose().find(line) != std::string::npos && other.Expose().find(line) != std::string::npos;
      },
      std::chrono::seconds(60)));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM projection_run"), 1);
  EXPECT_NE(metrics_.Expose().find("vefa_projection_verified_timestamp_seconds{consumer=\"" + info_.consumer + "\"} 1"),
            std::string::npos);
}

}  // namespace
}  // namespace vefa::events
