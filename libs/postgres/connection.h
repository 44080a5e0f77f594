#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/rows.h"
#include "libs/postgres/statement.h"
#include "libs/postgres/value.h"

struct pg_conn;
struct pg_result;

namespace vefa::postgres {

// One statement with its parameters.
struct Call {
  const Statement* statement;
  Params params;
};

// One connection; used by one thread at a time. Every statement is prepared once and exchanged
// in binary. Errors carry metadata `sqlstate`, `statement` and, for constraints, `constraint`:
//   23xxx ALREADY_EXISTS or FAILED_PRECONDITION `CONSTRAINT_VIOLATED`; 40001, 40P01 ABORTED
//   `TRANSACTION_CONFLICT`; 57014 and a passed deadline DEADLINE_EXCEEDED `DATABASE_SLOW`;
//   08, 53, 57P UNAVAILABLE `DATABASE_UNAVAILABLE`; others INTERNAL `DATABASE_ERROR`;
//   an event too large for the ledger INVALID_ARGUMENT `EVENT_TOO_LARGE`.
class Connection {
 public:
  // Opens within the deadline and checks that the server accepts writes.
  static Result<std::unique_ptr<Connection>> Open(const std::string& conninfo, Deadline deadline);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends every call in one flush, which is one span of a recorded trace, by the statements' names. Outside BEGIN they are one transaction of their own. The first
  // error is returned; then none of an own transaction took effect.
  Result<std::vector<Rows>> Pipeline(const std::vector<Call>& calls, Deadline deadline);
  Result<Rows> Execute(const Statement& statement, Params params, Deadline deadline);

  // Runs SQL text that may hold several commands; for migrations and tests, never for input.
  Status ExecuteScript(const std::string& sql, Deadline deadline);

  // False once the link is lost or a deadline passed in the middle of an answer: close it.
  bool usable() const { return usable_; }
  // Whether the server closed the link while nothing was asked of it; costs one system call.
  bool LostWhileIdle();
  // Whether a transaction is open (or failed and not yet rolled back).
  bool in_transaction() const;

 private:
  explicit Connection(pg_conn* conn) : conn_(conn) {}
  Result<std::vector<Rows>> Exchange(const std::vector<Call>& calls, Deadline deadline);
  Status Wait(bool for_write, Deadline deadline);
  Status Flush(Deadline deadline);
  Result<pg_result*> NextResult(Deadline deadline);
  Status Send(const Call& call, std::vector<bool>& prepares);
  Result<std::vector<Rows>> ReadPipeline(const std::vector<Call>& calls, const std::vector<bool>& prepares,
                                         Deadline deadline);
  Error Lost(const char* where);

  pg_conn* conn_;
  bool usable_ = true;
  std::unordered_set<std::string> prepared_;
};

}  // namespace vefa::postgres
