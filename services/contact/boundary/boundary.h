#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"
#include "services/contact/party/party.h"
#include "vefa/contact/v1/boundary.pb.h"

// The rules of boundaries: values, no I/O, no clock.
namespace vefa::contact {

// Boundaries about one party, or one relationship, that were not lifted.
inline constexpr int kBoundariesMax = 200;

// A line that is not to be crossed.
struct Boundary {
  Uuid id;
  Party about;
  v1::BoundaryRule rule;
  Personal<std::string> reason;
  std::string set_by;
  Time valid_from{};
  std::optional<Time> valid_to;  // Before when; none: until it is lifted.
  std::optional<Time> lift_time;
  std::string lifted_by;
  int64_t version = 0;
  Time create_time{};
};

// Brings a boundary to its stored form and adds every broken rule, its field under `prefix`, to `violations`.
void Normalise(Boundary& boundary, std::string_view prefix, std::vector<Violation>& violations);

}  // namespace vefa::contact
