#pragma once

#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "services/contact/boundary/boundary.h"
#include "services/contact/boundary/evaluation.h"
#include "vefa/contact/v1/boundary.pb.h"
#include "vefa/contact/v1/boundary_service.pb.h"

// Between the messages of the contract and boundaries.
namespace vefa::contact {

v1::Boundary ToProto(const Boundary& boundary);
// What a caller may say of one; from now on where it does not say since when. Adds what cannot be read, its field under
// `prefix`, to `violations`; the rest is Normalise's.
Boundary ReadBoundary(const v1::Boundary& proto, Time now, std::string_view prefix, std::vector<Violation>& violations);

// A question, about now where it names no moment, checked as above.
BoundaryQuestion ReadQuestion(const v1::BoundaryQuestion& proto, Time now, std::string_view prefix,
                              std::vector<Violation>& violations);
v1::BoundaryAnswer ToProto(const BoundaryAnswer& answer);

}  // namespace vefa::contact
