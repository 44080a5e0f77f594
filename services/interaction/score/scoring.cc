#include "services/interaction/score/scoring.h"

#include <algorithm>

#include "services/interaction/model/bg_nbd_fit.h"

namespace vefa::interaction {
namespace {

constexpr double kBuyWindowDays = 90;

Error Because(const char* model, Error error) {
  error.message = std::string(model) + ": " + error.message;
  return error;
}

std::vector<model::RepeatValue> RepeatValues(const model::PurchaseHistory& history) {
  std::vector<model::RepeatValue> values;
  values.reserve(history.customers.size());
  for (const model::CustomerHistory& customer : history.customers)
    values.push_back({customer.frequency, customer.MeanRepeatValue()});
  return values;
}

Result<PurchaseModel> FitPurchases(const model::PurchaseHistory& history, const std::function<void()>& alive) {
  model::BgNbdFitOptions options;
  options.progress = [&](const model::FitProgress&) { alive(); };
  auto fit = model::FitBgNbd(model::KnownCustomers(history), options);
  if (!fit.ok()) return Because("The purchase model could not be fitted", std::move(fit).error());
  return PurchaseModel{fit->parameters, fit->log_likelihood, fit->iterations, static_cast<int32_t>(fit->customers)};
}

Result<ValueModel> FitValues(const model::PurchaseHistory& history, const std::function<void()>& alive) {
  model::GammaGammaFitOptions options;
  options.progress = [&](const model::FitProgress&) { alive(); };
  auto fit = model::FitGammaGamma(RepeatValues(history), options);
  if (!fit.ok()) return Because("The value model could not be fitted", std::move(fit).error());
  return ValueModel{fit->parameters, fit->log_likelihood, static_cast<int32_t>(fit->customers)};
}

}  // namespace

Result<Models> FitModels(const model::PurchaseHistory& history, const std::function<void()>& alive) {
  Models models;
  VEFA_TRY(models.purchases, FitPurchases(history, alive));
  VEFA_TRY(models.values, FitValues(history, alive));
  return models;
}

Result<std::vector<Score>> ScoreCustomers(const model::PurchaseHistory& history, const Models& models,
                                          const ScoringRun& run, const std::string& currency, size_t first,
                                          size_t count) {
  const model::BgNbdParameters& purchases = models.purchases.parameters;
  size_t end = std::min(first + count, history.customers.size());
  std::vector<Score> scores;
  for (size_t i = first; i < end; ++i) {
    const model::CustomerHistory& customer = history.customers[i];
    const model::Customer known = customer.Known(history.as_of_day);
    Score score;
    score.contact = customer.customer;
    score.model = kPurchaseModelName;
    score.scoring_run = run.slug;
    score.as_of_day = run.as_of_day;
    score.currency = currency;
    score.frequency = known.frequency;
    score.recency_weeks = known.recency_weeks;
    score.age_weeks = known.age_weeks;
    score.mean_value = customer.MeanRepeatValue();
    VEFA_TRY(score.p_alive, model::PAlive(purchases, known));
    VEFA_TRY(score.p_buy_90d, model::PBuyWithin(purchases, known, model::WeeksFromDays(kBuyWindowDays)));
    VEFA_TRY(score.expected_purchases, model::ExpectedPurchases(purchases, known, run.horizon_weeks));
    VEFA_TRY(score.expected_value,
             model::ExpectedValue(models.values.parameters, {known.frequency, score.mean_value}));
    score.residual_lifetime_value = score.expected_purchases * score.expected_value;
    scores.push_back(std::move(score));
  }
  return scores;
}

int32_t ComparableWeeks(int32_t as_of_day, int32_t newest_day, int32_t horizon_weeks) {
  return std::clamp((newest_day - as_of_day) / 7, 0, horizon_weeks);
}

}  // namespace vefa::interaction
