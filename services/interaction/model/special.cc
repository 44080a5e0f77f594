#include "services/interaction/model/special.h"

#include <math.h>

#include <cmath>

namespace vefa::interaction::model {
namespace {

// From here on the asymptotic series are exact to the last digits of a double.
constexpr double kAsymptotic = 10;
// Longest step that is added up term by term.
constexpr int64_t kShortStep = 64;
// So many factors below kLargestFactor have a product that cannot overflow.
constexpr int kFactors = 8;
constexpr double kLargestFactor = 1e30;

// Continued fraction of the incomplete beta function by the modified Lentz method.
double BetaFraction(double x, double a, double b) {
  constexpr int kMaxTerms = 10000;
  constexpr double kTiny = 1e-300;
  constexpr double kPrecision = 1e-16;
  const auto away = [](double value) { return std::fabs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / away(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int i = 1; i <= kMaxTerms; ++i) {
    const double even = i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + i) * (a + b + i) * x / ((a + 2 * i) * (a + 2 * i + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const double change = d * c;
    fraction *= change;
    if (std::fabs(change - 1) < kPrecision) break;
  }
  return fraction;
}

}  // namespace

double LogGamma(double z) {
  int sign = 0;
  return ::lgamma_r(z, &sign);
}

double Digamma(double z) {
  double below = 0;
  for (; z < kAsymptotic; z += 1) below += 1 / z;
  const double s = 1 / (z * z);
  const double series =
      s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 - s * (691.0 / 32760 - s / 12))))));
  return std::log(z) - 0.5 / z - series - below;
}

double Trigamma(double z) {
  double below = 0;
  for (; z < kAsymptotic; z += 1) below += 1 / (z * z);
  const double s = 1 / (z * z);
  const double series =
      s * (1.0 / 6 - s * (1.0 / 30 - s * (1.0 / 42 - s * (1.0 / 30 - s * (5.0 / 66 - s * (691.0 / 2730 - s * 7 / 6))))));
  return (1 + 0.5 / z + series) / z + below;
}

double LogRising(double z, int64_t n) {
  if (n > kShortStep || z > kLargestFactor) {
    return LogGamma(z + static_cast<double>(n)) - LogGamma(z);
  }
  double log = 0;
  double product = 1;
  for (int64_t i = 0; i < n; ++i) {
    product *= z + static_cast<double>(i);
    if ((i + 1) % kFactors == 0) {
      log += std::log(product);
      product = 1;
    }
  }
  return log + std::log(product);
}

GammaStep StepGamma(double z, int64_t n) {
  GammaStep step;
  step.log = LogRising(z, n);
  if (n > kShortStep) {
    const double end = z + static_cast<double>(n);
    step.digamma = Digamma(end) - Digamma(z);
    step.trigamma = Trigamma(end) - Trigamma(z);
    return step;
  }
  for (int64_t i = 0; i < n; ++i) {
    const double inverse = 1 / (z + static_cast<double>(i));
    step.digamma += inverse;
    step.trigamma -= inverse * inverse;
  }
  return step;
}

double RegularizedBeta(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * std::log(x) + b * std::log1p(-x));
  // The fraction converges fast below the mean; above it the mirror image is used.
  if (x < (a + 1) / (a + b + 2)) return front * BetaFraction(x, a, b) / a;
  return 1 - front * BetaFraction(1 - x, b, a) / b;
}

}  // namespace vefa::interaction::model
