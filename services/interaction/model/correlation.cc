#include "services/interaction/model/correlation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "services/interaction/model/acceptance.h"
#include "services/interaction/model/sum.h"

namespace vefa::interaction::model {
namespace {

constexpr size_t kFewest = 4;  // Fisher's interval needs n > 3.

double Mean(const std::vector<double>& values) {
  Sum sum;
  for (double value : values) sum.Add(value);
  return sum.value() / static_cast<double>(values.size());
}

// NaN when one side is constant.
double Pearson(const std::vector<double>& left, const std::vector<double>& right) {
  const double left_mean = Mean(left);
  const double right_mean = Mean(right);
  Sum both, left_square, right_square;
  for (size_t i = 0; i < left.size(); ++i) {
    const double dl = left[i] - left_mean;
    const double dr = right[i] - right_mean;
    both.Add(dl * dr);
    left_square.Add(dl * dl);
    right_square.Add(dr * dr);
  }
  return both.value() / std::sqrt(left_square.value() * right_square.value());
}

// Ranks from 1; equal values share the mean of theirs.
std::vector<double> Ranks(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t l, size_t r) { return values[l] < values[r]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double shared = static_cast<double>(begin + 1 + end) / 2;
    for (; begin < end; ++begin) ranks[order[begin]] = shared;
  }
  return ranks;
}

}  // namespace

Result<Correlation> CorrelateFrequencyAndValue(std::span<const RepeatValue> values) {
  std::vector<double> frequencies, means;
  for (const RepeatValue& value : values) {
    if (value.frequency <= 0 || !(value.mean_value > 0)) continue;
    frequencies.push_back(value.frequency);
    means.push_back(value.mean_value);
  }
  const Error too_little = FitRefused("TOO_LITTLE_DATA", "Too few different repeat purchases to see a dependence.");
  if (frequencies.size() < kFewest) return too_little;
  Correlation result;
  result.pearson = Pearson(frequencies, means);
  if (!std::isfinite(result.pearson)) return too_little;
  const double width = 1.959963984540054 / std::sqrt(static_cast<double>(frequencies.size()) - 3);
  // Rounding must not push a perfect correlation beyond 1.
  const double centre = std::atanh(std::clamp(result.pearson, -1 + 1e-15, 1 - 1e-15));
  result.pearson_low = std::tanh(centre - width);
  result.pearson_high = std::tanh(centre + width);
  result.spearman = Pearson(Ranks(frequencies), Ranks(means));
  return result;
}

bool NearlyIndependent(const Correlation& correlation) {
  constexpr double kLargestPearson = 0.3;
  constexpr double kLargestSpearman = 0.4;
  return correlation.pearson_high <= kLargestPearson && correlation.spearman <= kLargestSpearman;
}

}  // namespace vefa::interaction::model
