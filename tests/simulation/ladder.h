#pragma once

#include <cstdint>
#include <optional>

#include "libs/events/consumer_core.h"
#include "tests/simulation/store.h"

namespace vefa::simulation {

// The event that ConsumerCore sees, and what it knows of a subject.
events::Event ToEvent(const Fact& fact);
events::Watermark ToWatermark(const SubjectRows& rows);
Mark MarkAfter(const Fact& fact);
events::SubjectKey KeyOf(int subject);

// When a parked subject is tried again after so many attempts; nothing when an operator has to decide.
std::optional<int64_t> NextAttempt(int attempts, int64_t now);
const char* NameOf(ParkKind kind);
ParkKind KindOf(events::Verdict verdict);

// Whether the handler refuses an event now: half of the poison is cured by a better handler that comes
// with the end of the schedule, half never.
bool Refuses(const Run& run, const Fact& fact);
bool RefusesForEver(const Fact& fact);

}  // namespace vefa::simulation
