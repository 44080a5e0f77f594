#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/contact/boundary/boundary.h"

// Whether something would cross a boundary. Pure: no I/O, no clock; zones are those of libs/zone.
namespace vefa::contact {

// How far ahead the next allowed moment is looked for.
inline constexpr std::chrono::days kLookAhead(400);

// What is to be done. What is empty is not judged.
struct BoundaryQuestion {
  Party party;
  int16_t channel = 0;  // Number of the contract's Channel; 0: not said.
  std::string topic;
  std::string user;  // `users/{uuid}`
  Time moment{};
  std::string purpose;
  std::string product;
  std::string region;
};

struct BoundaryAnswer {
  std::vector<Uuid> forbidden_by;         // In the order of the boundaries; empty: allowed.
  std::optional<Time> next_allowed_time;  // When it is forbidden and within the days that are looked ahead will be allowed.
};

// Judges a question by the boundaries that bind its party: only they are given.
BoundaryAnswer Evaluate(const BoundaryQuestion& question, std::span<const Boundary* const> boundaries);

}  // namespace vefa::contact
