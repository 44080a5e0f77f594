#include "libs/rpc/idempotency.h"

#include "libs/crypto/crypto.h"

namespace vefa::rpc {
namespace {

const postgres::Statement kFind{
    "idempotency_find",
    "SELECT method = $3 AND request_hash = $4, response, request_hash = '' FROM idempotency"
    " WHERE tenant_id = $1 AND request_id = $2"};
const postgres::Statement kRemember{
    "idempotency_remember",
    "INSERT INTO idempotency (tenant_id, request_id, method, request_hash, response, subject)"
    " VALUES ($1, $2, $3, $4, $5, $6)"};
const postgres::Statement kErase{
    "idempotency_erase",
    "UPDATE idempotency SET request_hash = '', response = '' WHERE tenant_id = $1 AND subject = $2 AND subject <> ''"};

std::string Hash(const Attempt& attempt) { return std::string(crypto::Bytes(crypto::Sha256(attempt.request))); }

}  // namespace

Result<std::optional<std::string>> FindAnswer(postgres::Transaction& transaction, const Attempt& attempt) {
  if (attempt.request_id.empty()) return std::optional<std::string>();
  auto id = Uuid::Parse(attempt.request_id);
  if (!id.ok()) return Violations({{"request_id", "REQUEST_ID_SYNTAX", "Give a UUID or leave it empty."}});
  std::string hash = Hash(attempt);
  VEFA_TRY(postgres::Rows rows, transaction.Execute(kFind, postgres::Bound(attempt.tenant, *id, attempt.method,
                                                                           postgres::Bytes{hash})));
  if (rows.empty()) return std::optional<std::string>();
  if (rows.Bool(0, 2))
    return Error{Code::kFailedPrecondition, "ANSWER_ERASED",
                 "Whom this request was about was erased since; to begin anew, use a new request id."};
  if (!rows.Bool(0, 0))
    return Violations({{"request_id", "REQUEST_ID_REUSED", "This id was used for another request; make a new one."}});
  return std::optional<std::string>(rows.String(0, 1));
}

Status RememberAnswer(postgres::Transaction& transaction, const Attempt& attempt, const std::string& response,
                      const std::string& subject) {
  if (attempt.request_id.empty()) return Ok();
  VEFA_TRY(Uuid id, Uuid::Parse(attempt.request_id));
  std::string hash = Hash(attempt);
  auto stored = transaction.Execute(kRemember, postgres::Bound(attempt.tenant, id, attempt.method, postgres::Bytes{hash},
                                                               postgres::Bytes{response}, subject));
  if (stored.ok()) return Ok();
  Error error = std::move(stored).error();
  if (postgres::ConstraintOf(error) == "idempotency_pkey")
    return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The same request is under way; try again."};
  return error;
}

postgres::Call EraseAnswersCall(const Uuid& tenant, const std::string& subject) {
  return {&kErase, postgres::Bound(tenant, subject)};
}

}  // namespace vefa::rpc
