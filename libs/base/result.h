#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "libs/base/check.h"

namespace vefa {

// The canonical codes of gRPC; the values are those of grpc::StatusCode.
enum class Code : int {
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// The name of a code as the REST surface spells it, for example `NOT_FOUND`.
const char* CodeName(Code code);

// One field of a request that breaks a rule.
struct Violation {
  std::string field;        // Path in the request, for example `contact.email`.
  std::string reason;       // UPPER_SNAKE_CASE, for example `EMAIL_SYNTAX`.
  std::string description;  // A sentence that says what to do.
};

// Why an operation failed. `reason` is the machine-readable UPPER_SNAKE_CASE identifier of
// AIP-193; `message` is a sentence for whoever reads the answer and says what to do.
struct Error {
  Code code = Code::kUnknown;
  std::string reason;
  std::string message;
  std::map<std::string, std::string> metadata = {};
  std::vector<Violation> violations = {};
  // How long the caller should wait before trying again; 0 means no hint.
  int retry_after_ms = 0;
};

// The value of an operation, or why there is none. Cheap to move; never throws.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    VEFA_CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    VEFA_CHECK(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    VEFA_CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    VEFA_CHECK(!ok());
    return std::get<1>(state_);
  }
  Error&& error() && {
    VEFA_CHECK(!ok());
    return std::get<1>(std::move(state_));
  }

 private:
  std::variant<T, Error> state_;
};

// The value of an operation that has none.
struct Unit {};
using Status = Result<Unit>;
inline Status Ok() { return Unit{}; }

inline Error InvalidArgument(std::string reason, std::string message) {
  return {Code::kInvalidArgument, std::move(reason), std::move(message)};
}
inline Error NotFound(std::string reason, std::string message) {
  return {Code::kNotFound, std::move(reason), std::move(message)};
}
inline Error Unavailable(std::string reason, std::string message, int retry_after_ms = 1000) {
  Error error{Code::kUnavailable, std::move(reason), std::move(message)};
  error.retry_after_ms = retry_after_ms;
  return error;
}
inline Error Internal(std::string reason, std::string message) {
  return {Code::kInternal, std::move(reason), std::move(message)};
}

// An INVALID_ARGUMENT that carries every violation found.
Error Violations(std::vector<Violation> violations);

}  // namespace vefa

#define VEFA_CONCAT_INNER(a, b) a##b
#define VEFA_CONCAT(a, b) VEFA_CONCAT_INNER(a, b)

// VEFA_TRY(Contact contact, store.Load(id)): declares the value, or returns the error to the caller.
#define VEFA_TRY(declaration, expression) VEFA_TRY_IMPL(VEFA_CONCAT(result_, __COUNTER__), declaration, expression)
#define VEFA_TRY_IMPL(result, declaration, expression) \
  auto result = (expression);                          \
  if (!result.ok()) return std::move(result).error();  \
  declaration = std::move(result).value()

// VEFA_TRY_OK(tx.Commit()): returns the error to the caller, drops the value.
#define VEFA_TRY_OK(expression)                                      \
  do {                                                               \
    auto try_result = (expression);                                  \
    if (!try_result.ok()) return std::move(try_result).error();      \
  } while (false)
