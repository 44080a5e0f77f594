#include "services/interaction/model/bg_nbd_likelihood.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "services/interaction/model/special.h"
#include "services/interaction/model/sum.h"

namespace vefa::interaction::model {
namespace {

// How far a time may be from a whole day to be that day: rounding, not a fraction.
constexpr double kDayTolerance = 1e-6;

// Value, gradient and the upper half of the Hessian, each summed without loss.
class Total {
 public:
  void Add(const Evaluation<4>& row, double count) {
    value_.Add(count * row.value);
    for (size_t i = 0; i < 4; ++i) {
      gradient_[i].Add(count * row.gradient[i]);
      for (size_t j = i; j < 4; ++j) hessian_[i][j].Add(count * row.hessian[i][j]);
    }
  }

  // With respect to the logarithms of the parameters.
  Evaluation<4> InLogs(const Vector<4>& theta) const {
    Evaluation<4> total;
    total.value = value_.value();
    for (size_t i = 0; i < 4; ++i) {
      total.gradient[i] = theta[i] * gradient_[i].value();
      for (size_t j = i; j < 4; ++j) {
        total.hessian[i][j] = theta[i] * theta[j] * hessian_[i][j].value() + (i == j ? total.gradient[i] : 0);
        total.hessian[j][i] = total.hessian[i][j];
      }
    }
    return total;
  }

 private:
  Sum value_;
  std::array<Sum, 4> gradient_;
  std::array<std::array<Sum, 4>, 4> hessian_;
};

// What depends on the parameters and the frequency alone.
struct FrequencyTerms {
  double shape = 0;       // R = r + x.
  int64_t drops = 0;      // Occasions on which the customer could have left.
  double k = 0;           // b + drops - 1.
  double log_odds = 0;    // ln a - ln k.
  GammaStep rate;         // From r by x.
  GammaStep stay;         // From b by drops.
  GammaStep all;          // From a + b by drops.
};

FrequencyTerms TermsOf(const BgNbdParameters& parameters, int32_t frequency) {
  FrequencyTerms terms;
  terms.shape = parameters.r + frequency;
  terms.drops = frequency + (parameters.variant == Variant::kMbgNbd ? 1 : 0);
  terms.rate = StepGamma(parameters.r, frequency);
  if (terms.drops == 0) return terms;
  terms.k = parameters.b + static_cast<double>(terms.drops - 1);
  terms.log_odds = std::log(parameters.a) - std::log(terms.k);
  terms.stay = StepGamma(parameters.b, terms.drops);
  terms.all = StepGamma(parameters.a + parameters.b, terms.drops);
  return terms;
}

// One customer, with respect to r, alpha, a, b. The likelihood is that of still being a customer
// (weight w) plus that of having left after the last purchase (weight v).
Evaluation<4> EvaluateRow(const BgNbdParameters& parameters, const FrequencyTerms& terms, double log_alpha,
                          const Customer& customer) {
  const double shape = terms.shape;
  const double age = parameters.alpha + customer.age_weeks;
  const double last = parameters.alpha + customer.recency_weeks;
  const double log_age = std::log(age);
  const double log_last = std::log(last);
  const double stays = -shape * log_age;
  double mixed = stays;
  double w = 1;
  double v = 0;
  if (terms.drops > 0) {
    const double left = terms.log_odds - shape * log_last;
    const double smaller = std::exp(-std::fabs(stays - left));
    mixed = std::max(stays, left) + std::log1p(smaller);
    w = (stays >= left ? 1 : smaller) / (1 + smaller);
    v = (stays >= left ? smaller : 1) / (1 + smaller);
  }
  const double a = parameters.a;
  const double alpha = parameters.alpha;
  const double inverse_k = terms.drops > 0 ? 1 / terms.k : 0;
  const double mean_inverse = w / age + v / last;
  Evaluation<4> row;
  row.value = terms.rate.log + parameters.r * log_alpha + terms.stay.log - terms.all.log + mixed;
  row.gradient = {terms.rate.digamma + log_alpha - w * log_age - v * log_last,
                  parameters.r / alpha - shape * mean_inverse,
                  v / a - terms.all.digamma,
                  terms.stay.digamma - terms.all.digamma - v * inverse_k};
  auto& h = row.hessian;
  h[0][0] = terms.rate.trigamma;
  h[0][1] = 1 / alpha - mean_inverse;
  h[1][1] = shape * (w / (age * age) + v / (last * last)) - parameters.r / (alpha * alpha);
  h[2][2] = -terms.all.trigamma - v / (a * a);
  h[2][3] = -terms.all.trigamma;
  h[3][3] = terms.stay.trigamma - terms.all.trigamma + v * inverse_k * inverse_k;
  const Vector<4> d = {log_last - log_age, shape / last - shape / age, -1 / a, inverse_k};
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = i; j < 4; ++j) h[i][j] += w * v * d[i] * d[j];
  }
  return row;
}

}  // namespace

Result<std::vector<MergedRow>> MergeCustomers(std::span<const Customer> customers) {
  using Key = std::tuple<int32_t, int64_t, int64_t>;  // Frequency, and recency and age in days.
  std::vector<Key> keys;
  keys.reserve(customers.size());
  for (const Customer& customer : customers) {
    VEFA_TRY_OK(CheckCustomer(customer));
    const double recency = customer.recency_weeks * kDaysPerWeek;
    const double age = customer.age_weeks * kDaysPerWeek;
    if (std::fabs(recency - std::round(recency)) > kDayTolerance || std::fabs(age - std::round(age)) > kDayTolerance) {
      return InvalidArgument("TIME_NOT_WHOLE_DAYS", "Give times that are whole days, divided by 7.");
    }
    keys.emplace_back(customer.frequency, std::llround(recency), std::llround(age));
  }
  std::sort(keys.begin(), keys.end());
  std::vector<MergedRow> rows;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i > 0 && keys[i] == keys[i - 1]) {
      ++rows.back().count;
      continue;
    }
    const auto& [frequency, recency, age] = keys[i];
    rows.push_back({{frequency, WeeksFromDays(static_cast<double>(recency)), WeeksFromDays(static_cast<double>(age))}, 1});
  }
  return rows;
}

Evaluation<4> BgNbdLogLikelihood(const BgNbdParameters& parameters, std::span<const MergedRow> rows) {
  const double log_alpha = std::log(parameters.alpha);
  FrequencyTerms terms;
  int32_t frequency = -1;
  Total total;
  for (const MergedRow& row : rows) {
    if (row.customer.frequency != frequency) {
      frequency = row.customer.frequency;
      terms = TermsOf(parameters, frequency);
    }
    total.Add(EvaluateRow(parameters, terms, log_alpha, row.customer), static_cast<double>(row.count));
  }
  return total.InLogs({parameters.r, parameters.alpha, parameters.a, parameters.b});
}

}  // namespace vefa::interaction::model
