#pragma once

#include <cstdint>

#include "libs/base/clock.h"

// The working days of Turkey, by which IYS counts. Pure.
namespace vefa::contact {

// Whether offices work on a day (days since 1970-01-01): neither a weekend nor a public holiday of Law 2429. A half day is a working one. Of
// years whose religious holidays are not known here only the fixed ones count, so that a term ends too early rather than too late.
bool IsTurkishBusinessDay(int32_t day);
// The last year whose religious holidays are known here.
int32_t LastKnownHolidayYear();
// The end of the `count`th business day after the day of a moment, on the clock of Istanbul.
Time EndOfBusinessDay(Time moment, int32_t count);

}  // namespace vefa::contact
