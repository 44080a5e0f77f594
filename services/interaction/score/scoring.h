#pragma once

#include <functional>
#include <vector>

#include "libs/base/result.h"
#include "services/interaction/model/purchase_history.h"
#include "services/interaction/score/score.h"

// From purchases to models, scores and the comparison with what happened: pure.
namespace vefa::interaction {

// Every order up to the end of a run's horizon, in the one currency the known ones are in.
struct Purchases {
  std::vector<model::Purchase> rows;
  std::string currency;
  int32_t newest_day = 0;  // Of any order in `rows`.
};

// Fits both models on what was known on the history's as-of day. FAILED_PRECONDITION with a
// sentence for the user when there is too little data or the models do not describe it. `alive` is called now and then.
Result<Models> FitModels(const model::PurchaseHistory& history, const std::function<void()>& alive);

// The scores of `count` customers of the history from the `first` on. `run` gives the day, the
// horizon and the name.
Result<std::vector<Score>> ScoreCustomers(const model::PurchaseHistory& history, const Models& models,
                                          const ScoringRun& run, const std::string& currency, size_t first,
                                          size_t count);

// How many whole weeks of the horizon lie before the end of the newest day of which orders are
// known: as far as a prediction can be compared. 0 to `horizon_weeks`.
int32_t ComparableWeeks(int32_t as_of_day, int32_t newest_day, int32_t horizon_weeks);

}  // namespace vefa::interaction
