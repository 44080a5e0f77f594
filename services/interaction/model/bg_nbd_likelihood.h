#pragma once

#include <span>
#include <vector>

#include "services/interaction/model/bg_nbd.h"
#include "services/interaction/model/merged_rows.h"
#include "services/interaction/model/newton.h"

namespace vefa::interaction::model {

// Log-likelihood with gradient and Hessian in ln r, ln alpha, ln a, ln b. The customers and parameters
// must be in range; this is the inner loop and does not check.
class BgNbdLikelihood {
 public:
  // Rows of equal frequency should be next to each other: what depends on the frequency alone is
  // then computed once. What depends on a time alone is computed once for each distinct day.
  explicit BgNbdLikelihood(std::span<const MergedRow> rows);

  Evaluation<4> operator()(const BgNbdParameters& parameters) const;

 private:
  struct Row {
    uint32_t last;  // Recency and age as indices into times_.
    uint32_t age;
    double count;
  };
  struct Group {
    int32_t frequency;
    size_t begin;  // Into rows_.
    size_t end;
  };

  std::vector<double> times_;  // Weeks.
  std::vector<Row> rows_;
  std::vector<Group> groups_;
};

}  // namespace vefa::interaction::model
