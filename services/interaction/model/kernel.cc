#include "services/interaction/model/kernel.h"

#include <algorithm>
#include <cmath>

#include "services/interaction/model/special.h"
#include "services/interaction/model/sum.h"

namespace vefa::interaction::model {
namespace {

constexpr double kSmallestTerm = 1e-17;
constexpr int kMaxTerms = 20000;
// Above this argument the series needs too many terms.
constexpr double kLargestSeriesArgument = 0.95;
// Below this h its terms change sign and cancel.
constexpr double kSmallestSeriesH = -10;
// Above this (a - 1) log1p(tau) its sum overflows.
constexpr double kLargestSeriesLog = 500;

// Euler's transformation of the textbook's 2F1, with the factor a - 1 taken out by hand and C
// multiplied in, so that neither a = 1 nor C = 0 is special:
//   C G - exp((a-1) l) sum_n (h)_n (a)_{n-1} / ((C+1)_{n-1} n!) z^n.
double BySeries(double shape, double a, double b, double tau) {
  const double c = a + b - 1;
  const double h = c - shape;
  const double l = -std::log1p(tau);
  const double z = tau / (1 + tau);
  const double g = a == 1 ? -l : -std::expm1((a - 1) * l) / (a - 1);
  // Past this index the terms only shrink.
  const double turning = std::fabs(h) + a;
  Sum sum;
  double term = h * z;
  for (int n = 1; n < kMaxTerms; ++n) {
    sum.Add(term);
    if (n > turning && std::fabs(term) <= kSmallestTerm * std::fabs(sum.value())) break;
    if (term == 0) break;
    term *= (h + n) * (a + n - 1) * z / ((c + n) * (n + 1));
  }
  return c * g - std::exp((a - 1) * l) * sum.value();
}

// The mean of -expm1(-shape log1p(p tau)) / p over p ~ Beta(a, b), by tanh-sinh quadrature
// on the logit of p: every term is positive and no horizon is too long. Halves the steps until
// the sum stands still, which squares the error each time.
class Quadrature {
 public:
  Quadrature(double shape, double a, double b, double tau)
      : shape_(shape), a_(a), b_(b), tau_(tau), log_beta_(LogGamma(a) + LogGamma(b) - LogGamma(a + b)) {}

  double Compute() const {
    constexpr int kFirstSteps = 97;
    constexpr int kMaxHalvings = 8;
    constexpr double kStandsStill = 1e-10;
    const double reach = 40 - log_beta_;
    const double low = -std::asinh(reach / (kPi * a_));
    double width = (std::asinh(reach / (kPi * b_)) - low) / kFirstSteps;
    // The integrand vanishes at both ends.
    Sum sum;
    for (int i = 0; i <= kFirstSteps; ++i) sum.Add(Term(low + width * i));
    double result = sum.value() * width;
    int steps = kFirstSteps;
    for (int halving = 0; halving < kMaxHalvings; ++halving, steps *= 2, width /= 2) {
      for (int i = 0; i < steps; ++i) sum.Add(Term(low + width * (i + 0.5)));
      const double before = result;
      result = sum.value() * width / 2;
      if (std::fabs(result - before) <= kStandsStill * result) break;
    }
    return result;
  }

 private:
  static constexpr double kPi = 3.14159265358979323846;

  double Term(double y) const {
    const double logit = kPi * std::sinh(y);
    // ln p and ln(1 - p), each without cancellation.
    const double tail = std::log1p(std::exp(-std::fabs(logit)));
    const double log_p = -std::max(-logit, 0.0) - tail;
    const double log_q = -std::max(logit, 0.0) - tail;
    const double p = std::exp(log_p);
    const double x = p * tau_;
    const double gain =
        x < 1e-8 ? shape_ * tau_ * (1 - (shape_ + 1) * x / 2) : -std::expm1(-shape_ * std::log1p(x)) / p;
    return std::exp(a_ * log_p + b_ * log_q - log_beta_) * kPi * std::cosh(y) * gain;
  }

  double shape_, a_, b_, tau_, log_beta_;
};

}  // namespace

double ExpectedWhenAlive(double shape, double a, double b, double tau) {
  if (tau <= 0) return 0;
  const bool slow = tau / (1 + tau) > kLargestSeriesArgument;
  const bool cancels = a + b - 1 - shape < kSmallestSeriesH;
  const bool overflows = (a - 1) * std::log1p(tau) > kLargestSeriesLog;
  if (slow || cancels || overflows) return Quadrature(shape, a, b, tau).Compute();
  return BySeries(shape, a, b, tau);
}

}  // namespace vefa::interaction::model
