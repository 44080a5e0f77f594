#pragma once

#include <optional>

#include "libs/base/clock.h"
#include "vefa/contact/v1/boundary.pb.h"

// The windows of a TimeWindowRule on the clock of its zone. Pure. A start that clocks show twice is the earlier one, an end
// the later; one that they skip is the first moment after the gap. The rule's zone is known.
namespace vefa::contact {

bool IsInside(const v1::TimeWindowRule& rule, Time moment);

// When the next window begins after a moment that is outside; nullopt when within nine days none does.
std::optional<Time> NextOpening(const v1::TimeWindowRule& rule, Time moment);

}  // namespace vefa::contact
