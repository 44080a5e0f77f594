#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace vefa::interaction::model {

template <size_t N>
using Vector = std::array<double, N>;
template <size_t N>
using Matrix = std::array<std::array<double, N>, N>;

// matrix = vectors * diag(values) * vectors^T; the vectors are the columns.
template <size_t N>
struct Eigen {
  Vector<N> values{};
  Matrix<N> vectors{};
};

// Eigen-decomposition of a small symmetric matrix by cyclic Jacobi rotations.
template <size_t N>
Eigen<N> DecomposeSymmetric(Matrix<N> m) {
  constexpr int kMaxSweeps = 50;
  Eigen<N> result;
  for (size_t i = 0; i < N; ++i) result.vectors[i][i] = 1;
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    bool rotated = false;
    for (size_t p = 0; p < N; ++p) {
      for (size_t q = p + 1; q < N; ++q) {
        // An entry that can no longer change the diagonal is zero.
        if (std::fabs(m[p][q]) <= 1e-18 * std::sqrt(std::fabs(m[p][p] * m[q][q]))) continue;
        rotated = true;
        const double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
        const double t = (theta >= 0 ? 1 : -1) / (std::fabs(theta) + std::hypot(theta, 1.0));
        const double c = 1 / std::hypot(t, 1.0);
        const double s = t * c;
        for (size_t k = 0; k < N; ++k) {
          const double kp = m[k][p];
          const double kq = m[k][q];
          m[k][p] = c * kp - s * kq;
          m[k][q] = s * kp + c * kq;
        }
        for (size_t k = 0; k < N; ++k) {
          const double pk = m[p][k];
          const double qk = m[q][k];
          m[p][k] = c * pk - s * qk;
          m[q][k] = s * pk + c * qk;
        }
        m[p][q] = m[q][p] = 0;
        for (size_t k = 0; k < N; ++k) {
          const double kp = result.vectors[k][p];
          const double kq = result.vectors[k][q];
          result.vectors[k][p] = c * kp - s * kq;
          result.vectors[k][q] = s * kp + c * kq;
        }
      }
    }
    if (!rotated) break;
  }
  for (size_t i = 0; i < N; ++i) result.values[i] = m[i][i];
  return result;
}

}  // namespace vefa::interaction::model
