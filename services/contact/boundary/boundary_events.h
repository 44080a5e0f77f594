#pragma once

#include <string>

#include "services/contact/boundary/boundary.h"

// Between boundaries and their events. The reason stays behind: people write names into it.
namespace vefa::contact {

inline constexpr char kBoundarySetType[] = "boundary.set";
inline constexpr char kBoundaryLiftedType[] = "boundary.lifted";

std::string BoundarySetPayload(const Boundary& boundary);
std::string BoundaryLiftedPayload(const Boundary& boundary);

}  // namespace vefa::contact
