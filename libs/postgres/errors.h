#pragma once

#include "libs/base/result.h"

struct pg_result;

namespace vefa::postgres {

// What a failed result means to the caller; see Connection for the table.
Error FromResult(const pg_result* result, const char* statement);

// The name of the constraint an error is about, or "".
std::string ConstraintOf(const Error& error);

// Whether trying the same transaction again may succeed: conflicts, and nothing else.
bool IsConflict(const Error& error);

// Whether the database itself is in trouble, rather than the statement or its data. A consumer
// must wait then, never take the event for poison.
bool IsTrouble(const Error& error);

}  // namespace vefa::postgres
