#include "libs/postgres/errors.h"

#include <libpq-fe.h>

#include <string_view>

namespace vefa::postgres {
namespace {

std::string Field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

Error Classify(std::string_view state) {
  std::string_view family = state.substr(0, 2);
  if (state == "40001" || state == "40P01")
    return {Code::kAborted, "TRANSACTION_CONFLICT", "Another transaction came in between; try again."};
  if (state == "57014")
    return {Code::kDeadlineExceeded, "DATABASE_SLOW", "The database did not answer in time; try again."};
  if (state == "25006") return Unavailable("DATABASE_READ_ONLY", "The database accepts no writes; try again.");
  if (state.empty() || family == "08" || family == "53" || family == "57" || family == "58" || state == "55P03")
    return Unavailable("DATABASE_UNAVAILABLE", "The database is not available; try again.");
  if (state == "23505") return {Code::kAlreadyExists, "CONSTRAINT_VIOLATED", "The same thing exists already."};
  if (family == "23")
    return {Code::kFailedPrecondition, "CONSTRAINT_VIOLATED", "The data does not satisfy a rule of the database."};
  return Internal("DATABASE_ERROR", "The database refused a statement.");
}

// Of the ledger's tables, and so of every service: mapped here because no store can do anything about it.
constexpr std::string_view kEventSize = "event_log_payload_check";

Error TooLarge() {
  return InvalidArgument("EVENT_TOO_LARGE",
                         "What is to be recorded is larger than an event may be, 900 KiB; send less at once.");
}

}  // namespace

Error FromResult(const PGresult* result, const char* statement) {
  std::string state = Field(result, PG_DIAG_SQLSTATE);
  std::string constraint = Field(result, PG_DIAG_CONSTRAINT_NAME);
  Error error = constraint == kEventSize ? TooLarge() : Classify(state);
  error.metadata["sqlstate"] = state;
  error.metadata["statement"] = statement;
  error.metadata["detail"] = Field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (!constraint.empty()) error.metadata["constraint"] = constraint;
  return error;
}

std::string ConstraintOf(const Error& error) {
  auto found = error.metadata.find("constraint");
  return found == error.metadata.end() ? "" : found->second;
}

bool IsConflict(const Error& error) { return error.reason == "TRANSACTION_CONFLICT"; }

bool IsTrouble(const Error& error) {
  return error.reason == "DATABASE_UNAVAILABLE" || error.reason == "DATABASE_SLOW" ||
         error.reason == "DATABASE_READ_ONLY" || error.reason == "DATABASE_BUSY" || IsConflict(error);
}

}  // namespace vefa::postgres
