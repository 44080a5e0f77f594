#include "libs/rpc/idempotency.h"

#include "libs/crypto/crypto.h"

namespace vefa::rpc {
namespace {

const postgres::Statement kFind{
    "idempotency_find",
    "SELECT w.ord, i.method = w.method AND i.request_hash = w.hash, i.response, i.request_hash = ''"
    " FROM unnest($2::int[], $3::uuid[], $4::text[], $5::bytea[]) AS w(ord, request_id, method, hash)"
    " JOIN idempotency i ON i.tenant_id = $1 AND i.request_id = w.request_id"};
const postgres::Statement kRemember{
    "idempotency_remember",
    "INSERT INTO idempotency (tenant_id, request_id, method, request_hash, response, subject)"
    " SELECT $1, w.* FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::text[])"
    "   AS w(request_id, method, hash, response, subject) ORDER BY w.request_id"};
const postgres::Statement kErase{
    "idempotency_erase",
    "UPDATE idempotency SET request_hash = '', response = '' WHERE tenant_id = $1 AND subject = $2 AND subject <> ''"};

std::string Hash(const Attempt& attempt) { return std::string(crypto::Bytes(crypto::Sha256(attempt.request))); }

}  // namespace

Result<std::vector<Result<std::optional<std::string>>>> FindAnswers(postgres::Transaction& transaction,
                                                                    std::span<const Attempt* const> attempts) {
  std::vector<Result<std::optional<std::string>>> found(attempts.size(), std::optional<std::string>());
  std::vector<int32_t> ords;
  std::vector<Uuid> ids;
  std::vector<std::string> methods, hashes;
  for (size_t i = 0; i < attempts.size(); ++i) {
    if (attempts[i]->request_id.empty()) continue;
    auto id = Uuid::Parse(attempts[i]->request_id);
    if (!id.ok()) {
      found[i] = Violations({{"request_id", "REQUEST_ID_SYNTAX", "Give a UUID or leave it empty."}});
      continue;
    }
    ords.push_back(static_cast<int32_t>(i));
    ids.push_back(*id);
    methods.emplace_back(attempts[i]->method);
    hashes.push_back(Hash(*attempts[i]));
  }
  if (ids.empty()) return found;
  VEFA_TRY(postgres::Rows rows, transaction.Execute(kFind, postgres::Bound(attempts.front()->tenant, ords, ids, methods,
                                                                           postgres::BindBytes(hashes))));
  for (int row = 0; row < rows.size(); ++row) {
    auto& answer = found[static_cast<size_t>(rows.Int32(row, 0))];
    if (rows.Bool(row, 3)) {
      answer = Error{Code::kFailedPrecondition, "ANSWER_ERASED",
                     "Whom this request was about was erased since; to begin anew, use a new request id."};
    } else if (!rows.Bool(row, 1)) {
      answer = Violations({{"request_id", "REQUEST_ID_REUSED", "This id was used for another request; make a new one."}});
    } else {
      answer = std::optional<std::string>(rows.String(row, 2));
    }
  }
  return found;
}

Status RememberAnswers(postgres::Transaction& transaction, std::span<const Remembered> answers) {
  std::vector<Uuid> ids;
  std::vector<std::string> methods, hashes, responses, subjects;
  Uuid tenant;
  for (const Remembered& answer : answers) {
    if (answer.attempt->request_id.empty()) continue;
    VEFA_TRY(Uuid id, Uuid::Parse(answer.attempt->request_id));
    tenant = answer.attempt->tenant;
    ids.push_back(id);
    methods.emplace_back(answer.attempt->method);
    hashes.push_back(Hash(*answer.attempt));
    responses.push_back(answer.response);
    subjects.push_back(answer.subject);
  }
  if (ids.empty()) return Ok();
  auto stored = transaction.Execute(kRemember, postgres::Bound(tenant, ids, methods, postgres::BindBytes(hashes),
                                                               postgres::BindBytes(responses), subjects));
  if (stored.ok()) return Ok();
  Error error = std::move(stored).error();
  if (postgres::ConstraintOf(error) == "idempotency_pkey")
    return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The same request is under way; try again."};
  return error;
}

Result<std::optional<std::string>> FindAnswer(postgres::Transaction& transaction, const Attempt& attempt) {
  const Attempt* one = &attempt;
  VEFA_TRY(auto found, FindAnswers(transaction, {&one, 1}));
  return std::move(found.front());
}

Status RememberAnswer(postgres::Transaction& transaction, const Attempt& attempt, const std::string& response,
                      const std::string& subject) {
  Remembered one{&attempt, response, subject};
  return RememberAnswers(transaction, {&one, 1});
}

postgres::Call EraseAnswersCall(const Uuid& tenant, const std::string& subject) {
  return {&kErase, postgres::Bound(tenant, subject)};
}

}  // namespace vefa::rpc
