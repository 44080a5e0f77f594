#include "services/interaction/model/special.h"

#include <gtest/gtest.h>

#include <cmath>

#include "services/interaction/model/sum.h"
#include "services/interaction/model/symmetric.h"

namespace vefa::interaction::model {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kEuler = 0.57721566490153286061;

TEST(SpecialTest, GammaFunctionsAtKnownPoints) {
  EXPECT_NEAR(LogGamma(0.5), 0.5 * std::log(kPi), 1e-14);
  EXPECT_NEAR(Digamma(1), -kEuler, 1e-14);
  EXPECT_NEAR(Digamma(0.5), -kEuler - 2 * std::log(2.0), 1e-14);
  EXPECT_NEAR(Digamma(1e-4), -1e4 - kEuler + kPi * kPi / 6 * 1e-4, 1e-7);
  EXPECT_NEAR(Trigamma(1), kPi * kPi / 6, 1e-14);
  EXPECT_NEAR(Trigamma(0.5), kPi * kPi / 2, 1e-13);
}

TEST(SpecialTest, DerivativesFitTogether) {
  for (double z : {0.07, 0.9, 3.3, 9.99, 10.01, 250.0}) {
    const double h = 1e-4 * z;
    EXPECT_NEAR((LogGamma(z + h) - LogGamma(z - h)) / (2 * h), Digamma(z), 1e-7 * (1 + std::fabs(Digamma(z)))) << z;
    EXPECT_NEAR((Digamma(z + h) - Digamma(z - h)) / (2 * h), Trigamma(z), 1e-7 * Trigamma(z)) << z;
  }
}

TEST(SpecialTest, ShortAndLongStepsAgreeWithDifferences) {
  for (double z : {0.243, 2.426, 40.0}) {
    for (int64_t n : {0, 1, 7, 8, 9, 64, 65, 3000}) {
      const double end = z + static_cast<double>(n);
      const GammaStep step = StepGamma(z, n);
      EXPECT_NEAR(step.log, LogGamma(end) - LogGamma(z), 1e-11 * (1 + std::fabs(step.log))) << z << " " << n;
      EXPECT_NEAR(step.digamma, Digamma(end) - Digamma(z), 1e-12) << z << " " << n;
      EXPECT_NEAR(step.trigamma, Trigamma(end) - Trigamma(z), 1e-12) << z << " " << n;
    }
  }
}

TEST(SpecialTest, RegularizedBetaAtClosedForms) {
  for (double x : {0.0, 0.1, 0.5, 0.93, 1.0}) {
    EXPECT_NEAR(RegularizedBeta(x, 1, 3.5), -std::expm1(3.5 * std::log1p(-x)), 1e-14) << x;
    EXPECT_NEAR(RegularizedBeta(x, 2.25, 1), std::pow(x, 2.25), 1e-14) << x;
    EXPECT_NEAR(RegularizedBeta(x, 0.5, 0.5), 2 / kPi * std::asin(std::sqrt(x)), 1e-14) << x;
    EXPECT_NEAR(RegularizedBeta(x, 30, 0.243) + RegularizedBeta(1 - x, 0.243, 30), 1, 1e-13) << x;
  }
}

TEST(SumTest, KeepsWhatRoundingDrops) {
  Sum sum;
  for (double term : {1.0, 1e100, 1.0, -1e100}) sum.Add(term);
  EXPECT_EQ(sum.value(), 2);
}

TEST(SymmetricTest, PutsTheMatrixBackTogether) {
  const Matrix<4> m = {{{4, -1, 0.5, 2}, {-1, -3, 1e-3, 0}, {0.5, 1e-3, 1e5, 7}, {2, 0, 7, 0}}};
  const Eigen<4> eigen = DecomposeSymmetric<4>(m);
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = 0; j < 4; ++j) {
      double entry = 0;
      double product = 0;
      for (size_t k = 0; k < 4; ++k) {
        entry += eigen.vectors[i][k] * eigen.values[k] * eigen.vectors[j][k];
        product += eigen.vectors[k][i] * eigen.vectors[k][j];
      }
      EXPECT_NEAR(entry, m[i][j], 1e-10);
      EXPECT_NEAR(product, i == j ? 1 : 0, 1e-14);
    }
  }
}

}  // namespace
}  // namespace vefa::interaction::model
