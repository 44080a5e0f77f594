// Scoring runs on real data: through the import, the worker and the calls that read, with the
// values that independent implementations give, and with workers that die in the middle.
#include "services/interaction/interaction_fixture.h"
#include "services/interaction/model/cdnow_for_test.h"
#include "services/interaction/score/scoring_job.h"

namespace vefa::interaction {
namespace {

constexpr std::array<int, 3> kAsOf{1997, 9, 30};
constexpr int32_t kWeeks = 39;

class ScoringWorkerTest : public InteractionFixture {
 protected:
  void ImportCdnow(const std::string& currency = "USD", size_t count = SIZE_MAX) {
    auto purchases = model::ReadCdnow(model::CdnowPath());
    ASSERT_TRUE(purchases.ok()) << purchases.error().message;
    std::vector<v1::Order> orders;
    for (const model::Purchase& purchase : *purchases) {
      if (orders.size() == count) break;
      orders.push_back(Purchase(currency + std::to_string(orders.size()), purchase.customer, purchase.day,
                                purchase.minor_units, currency));
    }
    EXPECT_EQ(Import(orders).created(), static_cast<int>(orders.size()));
  }
  ClaimedRun Claim() {
    auto claimed = ClaimRun(database_.pump(), NewUuidV7(clock_), Soon());
    EXPECT_TRUE(claimed.ok() && claimed->has_value());
    return **claimed;
  }
  // What a process does that is killed after some chunks: it says nothing any more.
  ScoringJob Abandoned(int chunks) {
    ScoringJob job(database_.pump(), clock_, Claim());
    Status prepared = job.Prepare();
    EXPECT_TRUE(prepared.ok());
    for (int i = 0; i < chunks; ++i) EXPECT_EQ(*job.ScoreNext(), true);
    return job;
  }
  void EndLeases() { database_.Run("UPDATE scoring_run SET lease_until = now() - interval '1 second' WHERE state = 2"); }
  v1::Score GetScore(uint32_t sample_id) {
    v1::GetScoreRequest request;
    request.set_name(ResourceName("contacts", model::CdnowCustomer(sample_id)) + "/score");
    auto score = Call(&Stub::GetScore, request);
    EXPECT_TRUE(score.ok()) << sample_id;
    return score.ok() ? *score : v1::Score();
  }
  // Every number of every score, to compare two runs.
  int64_t Fingerprint() {
    return database_.Count("SELECT sum(hashtext((contact_id, frequency, recency_weeks, age_weeks, mean_value, p_alive,"
                           " p_buy_90d, expected_purchases, expected_value, residual_lifetime_value)::text)::bigint)::bigint"
                           " FROM score WHERE tenant_id = '" + tenant_.ToString() + "'");
  }
};

TEST_F(ScoringWorkerTest, TheSampleGivesWhatIndependentImplementationsGive) {
  ImportCdnow();
  ASSERT_TRUE(AskForRun("cdnow", kWeeks, kAsOf).ok());
  ScoringWorker worker(database_.pump(), nullptr, clock_, metrics_);
  v1::ScoringRun run = WaitForRun("cdnow");
  ASSERT_EQ(run.state(), v1::ScoringRun::STATE_SUCCEEDED) << run.error();
  EXPECT_EQ(run.scored(), 2357);
  EXPECT_EQ(run.progress(), 1);
  EXPECT_TRUE(run.has_finish_time());
  EXPECT_NEAR(run.purchase_model().r(), .2425945, 1e-7);
  EXPECT_NEAR(run.purchase_model().alpha(), 4.4136020, 1e-6);
  EXPECT_NEAR(run.purchase_model().a(), .7929220, 1e-4);
  EXPECT_NEAR(run.purchase_model().b(), 2.4259068, 1e-4);
  EXPECT_NEAR(run.purchase_model().log_likelihood(), -9582.429207, 1e-6);
  EXPECT_NEAR(run.value_model().p(), 6.249572, 1e-5);
  EXPECT_NEAR(run.value_model().q(), 3.744225, 1e-5);
  EXPECT_NEAR(run.value_model().v(), 15.443521, 1e-4);
  EXPECT_NEAR(run.value_model().log_likelihood(), -4055.917695, 1e-6);
  EXPECT_EQ(run.value_model().customers(), 946);
  EXPECT_EQ(run.holdout().weeks(), kWeeks);
  EXPECT_NEAR(run.holdout().predicted(), 1653.4, 0.05);
  EXPECT_EQ(run.holdout().actual(), 1882);
  ASSERT_EQ(run.holdout().groups_size(), 8);
  EXPECT_EQ(run.holdout().groups(0).customers(), 1411);
  EXPECT_NEAR(run.holdout().groups(0).predicted_mean(), .2251, 5.1e-5);
  EXPECT_NEAR(run.holdout().groups(7).actual_mean(), 6.3594, 5.1e-5);
  ASSERT_EQ(run.holdout().by_week_size(), kWeeks);
  EXPECT_EQ(run.holdout().by_week(kWeeks - 1).actual(), 1882);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM score WHERE frequency > 0 AND p_alive < 0.5"), 393);
  EXPECT_EQ(database_.Count("SELECT round(sum(residual_lifetime_value))::bigint FROM score"), 59932);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'score.changed' AND aggregate_version = 1"), 2357);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'model.fitted'"), 2);

  v1::Score score = GetScore(6);
  EXPECT_EQ(score.frequency(), 7);
  EXPECT_NEAR(score.p_alive(), .641835, 1e-5);
  EXPECT_NEAR(score.expected_purchases(), 3.33757, 1e-4);
  EXPECT_NEAR(score.expected_value(), 71.4647, 1e-3);
  EXPECT_EQ(score.currency(), "USD");
  EXPECT_EQ(score.scoring_run(), "scoringRuns/cdnow");
  EXPECT_EQ(score.as_of_date().month(), 9);
  EXPECT_EQ(score.version(), 1);
}

TEST_F(ScoringWorkerTest, ARunWhoseWorkerDiedIsTakenUpWithTheSameResult) {
  ImportCdnow();
  ASSERT_TRUE(AskForRun("whole", kWeeks, kAsOf).ok());
  {
    ScoringWorker worker(database_.pump(), nullptr, clock_, metrics_);
    ASSERT_EQ(WaitForRun("whole").state(), v1::ScoringRun::STATE_SUCCEEDED);
  }
  int64_t whole = Fingerprint();
  tenant_ = database_.other_tenant();
  ImportCdnow();
  ASSERT_TRUE(AskForRun("broken", kWeeks, kAsOf).ok());
  ScoringJob first = Abandoned(0);
  EndLeases();
  ScoringJob second = Abandoned(2);
  double progress = GetRun("broken").progress();
  EXPECT_GT(progress, 0.2);
  EXPECT_LT(progress, 0.95);
  EndLeases();
  ScoringWorker worker(database_.pump(), nullptr, clock_, metrics_);
  v1::ScoringRun run = WaitForRun("broken");
  ASSERT_EQ(run.state(), v1::ScoringRun::STATE_SUCCEEDED) << run.error();
  EXPECT_EQ(run.scored(), 2357);
  EXPECT_EQ(Fingerprint(), whole);
  std::string of_tenant = " AND tenant_id = '" + tenant_.ToString() + "'";
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'score.changed'" + of_tenant), 2357);
  EXPECT_EQ(database_.Count("SELECT max(version) FROM score WHERE true" + of_tenant), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'model.fitted'" + of_tenant), 2);
}

TEST_F(ScoringWorkerTest, AWorkerThatLostItsLeaseWritesNothing) {
  ImportCdnow();
  ASSERT_TRUE(AskForRun("cdnow", kWeeks, kAsOf).ok());
  ScoringJob stalled = Abandoned(1);
  auto nobody = ClaimRun(database_.pump(), NewUuidV7(clock_), Soon());
  ASSERT_TRUE(nobody.ok());
  EXPECT_FALSE(nobody->has_value()) << "the lease still holds";
  EndLeases();
  ScoringJob heir(database_.pump(), clock_, Claim());
  auto written = stalled.ScoreNext();
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().reason, "LEASE_LOST");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM score"), 500);
  EXPECT_EQ(stalled.Finish().error().reason, "LEASE_LOST");
  EXPECT_EQ(GetRun("cdnow").state(), v1::ScoringRun::STATE_RUNNING);
}

TEST_F(ScoringWorkerTest, RunsOfOneTenantFollowEachOtherAndVersionsAreContiguous) {
  ImportCdnow();
  ASSERT_TRUE(AskForRun("first", kWeeks, kAsOf).ok());
  ASSERT_TRUE(AskForRun("second", 52, kAsOf).ok());
  ClaimedRun first = Claim();
  EXPECT_EQ(first.run.slug, "first");
  EXPECT_FALSE((*ClaimRun(database_.pump(), NewUuidV7(clock_), Soon())).has_value());
  ASSERT_TRUE(ReleaseRun(database_.pump(), first.lease, std::chrono::milliseconds(0), 0).ok());
  ScoringWorker worker(database_.pump(), nullptr, clock_, metrics_);
  ASSERT_EQ(WaitForRun("second").state(), v1::ScoringRun::STATE_SUCCEEDED);
  EXPECT_EQ(GetRun("first").state(), v1::ScoringRun::STATE_SUCCEEDED);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM score WHERE version = 2 AND scoring_run = 'second'"), 2357);
  EXPECT_EQ(database_.Count("SELECT count(DISTINCT (subject, aggregate_version)) FROM event_log"
                            " WHERE event_type = 'score.changed' AND aggregate_version IN (1, 2)"), 2 * 2357);

  v1::ListScoresRequest list;
  list.set_page_size(1000);
  int seen = 0;
  do {
    auto page = Call(&Stub::ListScores, list);
    ASSERT_TRUE(page.ok());
    seen += page->scores_size();
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(seen, 2357);
  v1::BatchGetScoresRequest batch;
  for (uint32_t id : {1u, 2u, 999'999u}) batch.add_contacts(ResourceName("contacts", model::CdnowCustomer(id)));
  EXPECT_EQ(Call(&Stub::BatchGetScores, batch)->scores_size(), 2);
}

TEST_F(ScoringWorkerTest, WhatCannotBeScoredFailsWithASentence) {
  ScoringWorker worker(database_.pump(), nullptr, clock_, metrics_);
  ASSERT_TRUE(AskForRun("nothing", kWeeks, kAsOf).ok());
  EXPECT_EQ(WaitForRun("nothing").state(), v1::ScoringRun::STATE_FAILED);
  EXPECT_TRUE(GetRun("nothing").error().starts_with("There are no orders")) << GetRun("nothing").error();
  ImportCdnow("USD", 300);
  ASSERT_TRUE(AskForRun("little", kWeeks, kAsOf).ok());
  EXPECT_EQ(WaitForRun("little").state(), v1::ScoringRun::STATE_FAILED);
  EXPECT_TRUE(GetRun("little").error().starts_with("The purchase model could not be fitted")) << GetRun("little").error();
  ImportCdnow("EUR");
  ASSERT_TRUE(AskForRun("mixed", kWeeks, kAsOf).ok());
  EXPECT_EQ(WaitForRun("mixed").state(), v1::ScoringRun::STATE_FAILED);
  EXPECT_NE(GetRun("mixed").error().find("more than one currency"), std::string::npos) << GetRun("mixed").error();
  EXPECT_EQ(database_.Count("SELECT count(*) FROM score"), 0);
}

TEST_F(ScoringWorkerTest, WithoutAFutureThereIsNothingToCompare) {
  ImportCdnow();
  ScoringWorker worker(database_.pump(), nullptr, clock_, metrics_);
  ASSERT_TRUE(AskForRun("end", kWeeks, {1998, 6, 30}).ok());
  v1::ScoringRun run = WaitForRun("end");
  EXPECT_EQ(run.state(), v1::ScoringRun::STATE_SUCCEEDED) << run.error();
  EXPECT_FALSE(run.has_holdout());
  ASSERT_TRUE(AskForRun("before-end", kWeeks, {1998, 6, 1}).ok());
  EXPECT_EQ(WaitForRun("before-end").holdout().weeks(), 4);
}

}  // namespace
}  // namespace vefa::interaction
