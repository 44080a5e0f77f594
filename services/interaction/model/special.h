#pragma once

#include <cstdint>

namespace vefa::interaction::model {

// ln |Gamma(z)| for z > 0. Thread-safe, unlike std::lgamma, which writes a global.
double LogGamma(double z);
// The first and the second derivative of LogGamma, for z > 0.
double Digamma(double z);
double Trigamma(double z);

// What adding `n` to the argument does to ln Gamma, digamma and trigamma. Short steps are added up
// term by term, which is faster and loses no digits to cancellation.
struct GammaStep {
  double log = 0;       // ln Gamma(z + n) - ln Gamma(z)
  double digamma = 0;   // psi(z + n) - psi(z)
  double trigamma = 0;  // psi'(z + n) - psi'(z), never positive
};
GammaStep StepGamma(double z, int64_t n);

// ln Gamma(z + n) - ln Gamma(z) alone.
double LogRising(double z, int64_t n);

// The regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 <= x <= 1.
double RegularizedBeta(double x, double a, double b);

}  // namespace vefa::interaction::model
