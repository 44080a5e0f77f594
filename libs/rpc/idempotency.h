#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libs/base/id.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"

namespace vefa::rpc {

// One mutating request that its caller may repeat: `request_id` as the caller gave it.
struct Attempt {
  Uuid tenant;
  std::string request_id;  // Empty: the call is not protected.
  const char* method;
  std::string request;     // Serialised, without the request_id.
};

// The stored answer when this request was answered before. INVALID_ARGUMENT `REQUEST_ID_SYNTAX`,
// or `REQUEST_ID_REUSED` when the same id came with another request. FAILED_PRECONDITION `ANSWER_ERASED`
// when the answer was about a person who was erased since.
Result<std::optional<std::string>> FindAnswer(postgres::Transaction& transaction, const Attempt& attempt);

// Stores the answer in the transaction of the change. A twin that commits first makes this a
// conflict, after which FindAnswer finds its answer. `subject` is the person the answer is about, for
// example `contacts/{uuid}`: EraseAnswersCall finds it by that.
Status RememberAnswer(postgres::Transaction& transaction, const Attempt& attempt, const std::string& response,
                      const std::string& subject = "");

// The same for many requests of one tenant in one round trip, by position; an error is that request's own.
Result<std::vector<Result<std::optional<std::string>>>> FindAnswers(postgres::Transaction& transaction,
                                                                    std::span<const Attempt* const> attempts);
// An answer that is to be stored.
struct Remembered {
  const Attempt* attempt;
  std::string response;
  std::string subject;
};
// Stores those whose request has an id. A twin that commits first makes this a conflict.
Status RememberAnswers(postgres::Transaction& transaction, std::span<const Remembered> answers);

// Empties every answer about a subject and the hash of its request. The request ids stay used.
postgres::Call EraseAnswersCall(const Uuid& tenant, const std::string& subject);

}  // namespace vefa::rpc
