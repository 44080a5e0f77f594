#include "services/interaction/score/scoring_job.h"

#include "services/interaction/score/purchase_store.h"

namespace vefa::interaction {
namespace {

// How far a run is after each step; the scores fill the rest.
constexpr double kReadShare = 0.1;
constexpr double kFittedShare = 0.2;
constexpr double kScoredShare = 0.95;
// Well within kLeaseTime.
constexpr std::chrono::seconds kRenewEvery(3);

}  // namespace

void ScoringJob::KeepLease() {
  auto now = std::chrono::steady_clock::now();
  if (now < renewed_ + kRenewEvery) return;
  renewed_ = now;
  // Whether it was kept is decided by the next write, which names the lease too.
  (void)RenewLease(pump_, lease_, progress_);
}

Status ScoringJob::Prepare() {
  int32_t horizon_days = run_.horizon_weeks * 7;
  auto alive = [this] { KeepLease(); };
  VEFA_TRY(Purchases purchases, ReadPurchases(pump_, lease_.tenant, run_.as_of_day, horizon_days, alive));
  currency_ = purchases.currency;
  newest_day_ = purchases.newest_day;
  progress_ = kReadShare;
  VEFA_TRY_OK(RenewLease(pump_, lease_, progress_));
  VEFA_TRY(history_, model::BuildPurchaseHistory(std::move(purchases.rows), run_.as_of_day, horizon_days));
  if (!run_.models.has_value()) {
    VEFA_TRY(Models models, FitModels(history_, alive));
    VEFA_TRY_OK(RecordModels(pump_, lease_, models, run_.as_of_day, clock_));
    run_.models = models;
  }
  progress_ = kFittedShare;
  return RenewLease(pump_, lease_, progress_);
}

Result<bool> ScoringJob::ScoreNext() {
  size_t all = history_.customers.size();
  if (next_ >= all) return false;
  VEFA_TRY(std::vector<Score> scores, ScoreCustomers(history_, *run_.models, run_, currency_, next_, kScoreChunkMax));
  size_t after = next_ + scores.size();
  progress_ = kFittedShare + (kScoredShare - kFittedShare) * static_cast<double>(after) / static_cast<double>(all);
  VEFA_TRY_OK(WriteScores(pump_, lease_, scores, progress_, clock_));
  next_ = after;
  return next_ < all;
}

Status ScoringJob::Finish() {
  std::optional<model::Holdout> holdout;
  int32_t weeks = ComparableWeeks(run_.as_of_day, newest_day_, run_.horizon_weeks);
  if (weeks > 0) {
    VEFA_TRY(holdout, model::CompareHoldout(run_.models->purchases.parameters, history_, weeks));
  }
  return FinishRun(pump_, lease_, scored(), holdout, clock_);
}

}  // namespace vefa::interaction
