#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "services/interaction/model/bg_nbd.h"
#include "services/interaction/model/gamma_gamma.h"
#include "services/interaction/model/holdout.h"

// Scores and the runs that give them: plain values, no I/O, no clock.
namespace vefa::interaction {

inline constexpr char kPurchaseModelName[] = "bg_nbd";
inline constexpr char kValueModelName[] = "gamma_gamma";
inline constexpr int32_t kHorizonWeeksMax = model::kMaxHoldoutWeeks;

// What the models say about one contact as of a day. Money is in major units.
struct Score {
  Uuid contact;
  std::string model;
  std::string scoring_run;  // Its slug.
  int32_t as_of_day = 0;    // Days since 1970-01-01.
  std::string currency;
  int32_t frequency = 0;
  double recency_weeks = 0;
  double age_weeks = 0;
  double mean_value = 0;
  double p_alive = 0;
  double p_buy_90d = 0;
  double expected_purchases = 0;
  double expected_value = 0;
  double residual_lifetime_value = 0;
  int64_t version = 0;
  Time update_time{};
};

// How often and how long customers buy.
struct PurchaseModel {
  model::BgNbdParameters parameters;
  double log_likelihood = 0;
  int32_t iterations = 0;
  int32_t customers = 0;
};

// What a purchase is worth.
struct ValueModel {
  model::GammaGammaParameters parameters;
  double log_likelihood = 0;
  int32_t customers = 0;
};

struct Models {
  PurchaseModel purchases;
  ValueModel values;
};

// The values are those of v1::ScoringRun::State and of the table.
enum class RunState : int16_t { kPending = 1, kRunning = 2, kSucceeded = 3, kFailed = 4 };

// One fit of the models and the scoring of every customer by it.
struct ScoringRun {
  Uuid id;
  std::string slug;
  RunState state = RunState::kPending;
  double progress = 0;
  std::string error;
  int32_t as_of_day = 0;
  int32_t horizon_weeks = 0;
  int32_t scored = 0;
  std::optional<Models> models;
  std::optional<model::Holdout> holdout;
  Time create_time{};
  std::optional<Time> finish_time;
};

// Adds every broken rule of a run that is asked for to `violations`. `now` bounds its day: what
// will be bought tomorrow nobody knows.
void CheckRequest(const ScoringRun& run, Time now, std::vector<Violation>& violations);

}  // namespace vefa::interaction
