#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "services/interaction/model/bg_nbd_fit.h"
#include "services/interaction/model/symmetric.h"

namespace vefa::interaction::model {

template <size_t N>
struct Evaluation {
  double value = 0;
  Vector<N> gradient{};
  Matrix<N> hessian{};
};

struct NewtonOptions {
  // What the stopping rules are relative to: the number of customers.
  double weight = 1;
  // Stops when the promised gain per customer is below this and the full step was taken ...
  double decrement = 1e-10;
  // ... and no entry of the gradient per customer is above this. Where the Hessian is indefinite far
  // from the optimum, the promised gain alone stops too early.
  double gradient = std::numeric_limits<double>::infinity();
  int max_iterations = 60;
  std::function<void(const FitProgress&)> progress;
};

template <size_t N>
struct NewtonResult {
  Vector<N> point{};
  Evaluation<N> at;  // At the point.
  Eigen<N> information;  // Of minus the Hessian at the point.
  int iterations = 0;
  int evaluations = 0;
  bool converged = false;
};

namespace newton_internal {

template <size_t N>
double Dot(const Vector<N>& left, const Vector<N>& right) {
  double sum = 0;
  for (size_t i = 0; i < N; ++i) sum += left[i] * right[i];
  return sum;
}

template <size_t N>
bool IsFinite(const Evaluation<N>& evaluation) {
  bool finite = std::isfinite(evaluation.value);
  for (size_t i = 0; i < N; ++i) {
    finite = finite && std::isfinite(evaluation.gradient[i]);
    for (size_t j = 0; j < N; ++j) finite = finite && std::isfinite(evaluation.hessian[i][j]);
  }
  return finite;
}

template <size_t N>
Eigen<N> Information(const Evaluation<N>& at) {
  Matrix<N> negative{};
  for (size_t i = 0; i < N; ++i) {
    for (size_t j = 0; j < N; ++j) negative[i][j] = -at.hessian[i][j];
  }
  return DecomposeSymmetric<N>(negative);
}

// An ascent direction even where the Hessian is indefinite: V |E|^-1 V^T g.
template <size_t N>
Vector<N> Direction(const Eigen<N>& information, const Vector<N>& gradient) {
  constexpr double kFloor = 1e-6;
  double largest = 0;
  for (double value : information.values) largest = std::max(largest, std::fabs(value));
  Vector<N> direction{};
  for (size_t j = 0; j < N; ++j) {
    double along = 0;
    for (size_t i = 0; i < N; ++i) along += information.vectors[i][j] * gradient[i];
    along /= std::max(std::fabs(information.values[j]), kFloor * largest);
    for (size_t i = 0; i < N; ++i) direction[i] += information.vectors[i][j] * along;
  }
  return direction;
}

// Shortens the step so that no entry is longer than one can trust; whether it had to.
template <size_t N>
bool Limit(Vector<N>& step) {
  constexpr double kLongest = 1.5;
  double longest = 0;
  for (double entry : step) longest = std::max(longest, std::fabs(entry));
  if (longest <= kLongest) return false;
  for (double& entry : step) entry *= kLongest / longest;
  return true;
}

}  // namespace newton_internal

// Maximises a smooth function by Newton's method with step halving. `evaluate` takes a point
// and gives an Evaluation; where that is not finite, the step is halved.
template <size_t N, typename Function>
NewtonResult<N> Maximize(const Vector<N>& start, const NewtonOptions& options, const Function& evaluate) {
  using namespace newton_internal;
  constexpr double kArmijo = 1e-4;
  constexpr int kMaxHalvings = 40;
  NewtonResult<N> result;
  result.point = start;
  result.at = evaluate(start);
  result.evaluations = 1;
  if (!IsFinite(result.at)) return result;
  while (!result.converged && result.iterations < options.max_iterations) {
    Vector<N> step = Direction(Information(result.at), result.at.gradient);
    bool full = !Limit(step);
    const double gain = Dot(result.at.gradient, step);
    // Near the optimum the true gain drowns in the rounding of the value.
    const double rounding = 8 * std::numeric_limits<double>::epsilon() * std::fabs(result.at.value);
    bool moved = false;
    double factor = 1;
    for (int halving = 0; halving < kMaxHalvings && !moved; ++halving, factor /= 2) {
      Vector<N> next = result.point;
      for (size_t i = 0; i < N; ++i) next[i] += factor * step[i];
      Evaluation<N> there = evaluate(next);
      ++result.evaluations;
      moved = IsFinite(there) && there.value >= result.at.value + kArmijo * factor * gain - rounding;
      if (!moved) continue;
      full = full && halving == 0;
      result.point = next;
      result.at = there;
    }
    if (!moved) break;
    ++result.iterations;
    if (options.progress) options.progress({result.iterations, result.at.value});
    double steepest = 0;
    for (double entry : result.at.gradient) steepest = std::max(steepest, std::fabs(entry));
    result.converged =
        full && gain < options.decrement * options.weight && steepest < options.gradient * options.weight;
  }
  result.information = Information(result.at);
  return result;
}

}  // namespace vefa::interaction::model
