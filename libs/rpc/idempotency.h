#pragma once

#include <optional>
#include <string>

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
// or `REQUEST_ID_REUSED` when the same id came with another request.
Result<std::optional<std::string>> FindAnswer(postgres::Transaction& transaction, const Attempt& attempt);

// Stores the answer in the transaction of the change. A twin that commits first makes this a
// conflict, after which FindAnswer finds its answer.
Status RememberAnswer(postgres::Transaction& transaction, const Attempt& attempt, const std::string& response);

}  // namespace vefa::rpc
