#include "tests/load/door.h"

namespace vefa::load {

Answer FromError(const Error& error) {
  Answer answer;
  answer.reason = error.reason.empty() ? CodeName(error.code) : error.reason;
  if (!error.violations.empty()) answer.reason = error.violations.front().reason;
  switch (error.code) {
    case Code::kInvalidArgument:
    case Code::kNotFound:
    case Code::kAlreadyExists:
    case Code::kPermissionDenied:
    case Code::kFailedPrecondition:
    case Code::kOutOfRange:
    case Code::kUnimplemented: answer.outcome = Outcome::kRefused; break;
    default: answer.outcome = Outcome::kUnknown;
  }
  return answer;
}

}  // namespace vefa::load
