#pragma once

#include <cstdint>

#include "tests/simulation/store.h"

namespace vefa::simulation {

// A parked subject as it is written at first: gaps are healed at once, poison climbs the ladder,
// two histories wait for an operator.
Parked ParkedFor(events::Verdict verdict, int64_t version, int64_t now);
// When it is tried again after so many attempts; nothing when an operator has to decide.
std::optional<int64_t> NextAttempt(int attempts, int64_t now);
events::Watermark MarkOf(const SubjectRow& row);
const char* NameOf(events::Verdict verdict);

// Whether the handler refuses an event now: half of the poison is cured by a better handler that comes
// with the end of the schedule, half never.
bool Refuses(const Run& run, const Fact& fact);
bool RefusesForEver(const Fact& fact);

}  // namespace vefa::simulation
