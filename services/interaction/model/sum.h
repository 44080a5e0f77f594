#pragma once

#include <cmath>

namespace vefa::interaction::model {

// A sum that keeps what rounding drops (Neumaier 1974), so that the digits hardly depend on how
// many terms there are. The order of the terms is the caller's and must be fixed.
class Sum {
 public:
  void Add(double term) {
    const double total = total_ + term;
    if (std::fabs(total_) >= std::fabs(term)) {
      dropped_ += (total_ - total) + term;
    } else {
      dropped_ += (term - total) + total_;
    }
    total_ = total;
  }
  double value() const { return total_ + dropped_; }

 private:
  double total_ = 0;
  double dropped_ = 0;
};

}  // namespace vefa::interaction::model
