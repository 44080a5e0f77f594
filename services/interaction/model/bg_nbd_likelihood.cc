#include "services/interaction/model/bg_nbd_likelihood.h"

#include <algorithm>
#include <cmath>

#include "services/interaction/model/special.h"
#include "services/interaction/model/sum.h"

namespace vefa::interaction::model {
namespace {

// Rows that are added up plainly before their sum is compensated.
constexpr size_t kBlock = 128;

// ln(alpha + time) and 1 / (alpha + time).
struct Moment {
  double log = 0;
  double inverse = 0;
};

// Value, gradient and the upper half of the Hessian, each summed without loss.
class Total {
 public:
  void Add(const Evaluation<4>& share) {
    value_.Add(share.value);
    for (size_t i = 0; i < 4; ++i) {
      gradient_[i].Add(share.gradient[i]);
      for (size_t j = i; j < 4; ++j) hessian_[i][j].Add(share.hessian[i][j]);
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
  double shape = 0;      // R = r + x.
  bool may_leave = false;
  double inverse_k = 0;  // k = b + drops - 1, drops being the occasions on which the customer could have left.
  double log_odds = 0;   // ln a - ln k.
  GammaStep rate;        // From r by x.
  GammaStep stay;        // From b by drops.
  GammaStep all;         // From a + b by drops.
};

FrequencyTerms TermsOf(const BgNbdParameters& parameters, int32_t frequency) {
  FrequencyTerms terms;
  terms.shape = parameters.r + frequency;
  terms.rate = StepGamma(parameters.r, frequency);
  const int64_t drops = int64_t{frequency} + (parameters.variant == Variant::kMbgNbd ? 1 : 0);
  terms.may_leave = drops > 0;
  if (!terms.may_leave) return terms;
  const double k = parameters.b + static_cast<double>(drops - 1);
  terms.inverse_k = 1 / k;
  terms.log_odds = std::log(parameters.a) - std::log(k);
  terms.stay = StepGamma(parameters.b, drops);
  terms.all = StepGamma(parameters.a + parameters.b, drops);
  return terms;
}

// The two ways to the same history: the customer is still here (weight w), or left after the last
// purchase (weight v = 1 - w).
struct Mixture {
  double log = 0;  // Of the sum of both.
  double w = 1;
  double v = 0;
};

inline Mixture Mix(const FrequencyTerms& terms, const Moment& last, const Moment& age) {
  const double here = -terms.shape * age.log;
  if (!terms.may_leave) return {here, 1, 0};
  const double left = terms.log_odds - terms.shape * last.log;
  const double smaller = std::exp(-std::fabs(here - left));
  const double share = 1 / (1 + smaller);
  const double log = std::max(here, left) + std::log(1 + smaller);
  if (here >= left) return {log, share, smaller * share};
  return {log, smaller * share, share};
}

// What must be added up over the customers of one frequency; everything else is a factor. `gap` is
// ln(alpha+T) - ln(alpha+t_x), `loss` is 1/(alpha+T) - 1/(alpha+t_x), `both` is w v.
enum Term { kCount, kMixed, kLog, kInverse, kSquare, kLeft, kBoth, kGap, kLoss, kGapGap, kGapLoss, kLossLoss, kTerms };

// One frequency's share of value, gradient and Hessian with respect to r, alpha, a, b.
Evaluation<4> Combine(const BgNbdParameters& parameters, const FrequencyTerms& terms, double log_alpha,
                      const std::array<Sum, kTerms>& sums) {
  const auto sum = [&](Term term) { return sums[term].value(); };
  const double n = sum(kCount);
  const double shape = terms.shape;
  const double alpha = parameters.alpha;
  const double inverse_a = 1 / parameters.a;
  const double inverse_k = terms.inverse_k;
  Evaluation<4> share;
  share.value = n * (terms.rate.log + parameters.r * log_alpha + terms.stay.log - terms.all.log) + sum(kMixed);
  share.gradient = {n * (terms.rate.digamma + log_alpha) - sum(kLog),
                    n * parameters.r / alpha - shape * sum(kInverse),
                    sum(kLeft) * inverse_a - n * terms.all.digamma,
                    n * (terms.stay.digamma - terms.all.digamma) - sum(kLeft) * inverse_k};
  auto& h = share.hessian;
  h[0][0] = n * terms.rate.trigamma + sum(kGapGap);
  h[0][1] = n / alpha - sum(kInverse) + shape * sum(kGapLoss);
  h[0][2] = sum(kGap) * inverse_a;
  h[0][3] = -sum(kGap) * inverse_k;
  h[1][1] = shape * sum(kSquare) - n * parameters.r / (alpha * alpha) + shape * shape * sum(kLossLoss);
  h[1][2] = shape * sum(kLoss) * inverse_a;
  h[1][3] = -shape * sum(kLoss) * inverse_k;
  h[2][2] = -n * terms.all.trigamma + (sum(kBoth) - sum(kLeft)) * inverse_a * inverse_a;
  h[2][3] = -n * terms.all.trigamma - sum(kBoth) * inverse_a * inverse_k;
  h[3][3] = n * (terms.stay.trigamma - terms.all.trigamma) + (sum(kBoth) + sum(kLeft)) * inverse_k * inverse_k;
  return share;
}

}  // namespace

BgNbdLikelihood::BgNbdLikelihood(std::span<const MergedRow> rows) {
  rows_.reserve(rows.size());
  std::vector<uint32_t> by_day;
  const auto index_of = [&](double weeks) {
    const double days = std::round(weeks * kDaysPerWeek);
    const bool whole = std::fabs(weeks * kDaysPerWeek - days) <= kDayTolerance;
    const auto day = static_cast<size_t>(days);
    if (whole && day < by_day.size() && by_day[day] > 0) return by_day[day] - 1;
    times_.push_back(weeks);
    if (whole) {
      if (day >= by_day.size()) by_day.resize(day + 1, 0);
      by_day[day] = static_cast<uint32_t>(times_.size());
    }
    return static_cast<uint32_t>(times_.size() - 1);
  };
  for (const MergedRow& row : rows) {
    const Customer& customer = row.customer;
    if (groups_.empty() || groups_.back().frequency != customer.frequency) {
      groups_.push_back({customer.frequency, rows_.size(), rows_.size()});
    }
    rows_.push_back({index_of(customer.recency_weeks), index_of(customer.age_weeks), static_cast<double>(row.count)});
    groups_.back().end = rows_.size();
  }
}

Evaluation<4> BgNbdLikelihood::operator()(const BgNbdParameters& parameters) const {
  std::vector<Moment> moments;
  moments.reserve(times_.size());
  for (double time : times_) moments.push_back({std::log(parameters.alpha + time), 1 / (parameters.alpha + time)});
  const double log_alpha = std::log(parameters.alpha);
  Total total;
  for (const Group& group : groups_) {
    const FrequencyTerms terms = TermsOf(parameters, group.frequency);
    std::array<Sum, kTerms> sums;
    for (size_t begin = group.begin; begin < group.end; begin += kBlock) {
      std::array<double, kTerms> block{};
      for (size_t i = begin; i < std::min(begin + kBlock, group.end); ++i) {
        const Row& row = rows_[i];
        const Moment& last = moments[row.last];
        const Moment& age = moments[row.age];
        const Mixture mixture = Mix(terms, last, age);
        const double w = row.count * mixture.w;
        const double v = row.count * mixture.v;
        const double both = v * mixture.w;
        const double gap = age.log - last.log;
        const double loss = age.inverse - last.inverse;
        block[kCount] += row.count;
        block[kMixed] += row.count * mixture.log;
        block[kLog] += w * age.log + v * last.log;
        block[kInverse] += w * age.inverse + v * last.inverse;
        block[kSquare] += w * age.inverse * age.inverse + v * last.inverse * last.inverse;
        block[kLeft] += v;
        block[kBoth] += both;
        block[kGap] += both * gap;
        block[kLoss] += both * loss;
        block[kGapGap] += both * gap * gap;
        block[kGapLoss] += both * gap * loss;
        block[kLossLoss] += both * loss * loss;
      }
      for (size_t term = 0; term < kTerms; ++term) sums[term].Add(block[term]);
    }
    total.Add(Combine(parameters, terms, log_alpha, sums));
  }
  return total.InLogs({parameters.r, parameters.alpha, parameters.a, parameters.b});
}

}  // namespace vefa::interaction::model
