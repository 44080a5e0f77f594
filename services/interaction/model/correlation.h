#pragma once

#include <span>

#include "libs/base/result.h"
#include "services/interaction/model/gamma_gamma.h"

namespace vefa::interaction::model {

// How far the number of repeat purchases and their mean value depend on each other.
struct Correlation {
  double pearson = 0;
  double pearson_low = 0;  // 95 % interval by Fisher's transformation.
  double pearson_high = 0;
  double spearman = 0;
};

// Over customers with repeat purchases and a positive mean value. FAILED_PRECONDITION
// `TOO_LITTLE_DATA` with fewer than 4 of them or when one side is constant.
Result<Correlation> CorrelateFrequencyAndValue(std::span<const RepeatValue> values);

// Whether multiplying expected purchases by expected value is justified.
bool NearlyIndependent(const Correlation& correlation);

}  // namespace vefa::interaction::model
