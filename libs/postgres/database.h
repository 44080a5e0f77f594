#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/errors.h"

namespace vefa::postgres {

// Whose rows a transaction may see and write, enforced by row-level security.
class Scope {
 public:
  // A request: exactly one tenant (`app.tenant`).
  static Scope Tenant(const Uuid& tenant);
  // A consumer's batch: the tenants of its events (`app.tenants`).
  static Scope Tenants(const std::vector<Uuid>& tenants);
  // The relay: every tenant the database knows (`app.tenants`).
  static Scope EveryTenant();
  Call ToCall() const;

 private:
  const Statement* statement_ = nullptr;
  std::string value_;
};

class Database;

// One open transaction on a borrowed connection. BEGIN and the scope travel with the first
// statement. Rolled back when it is destroyed without Commit. Used by one thread.
class Transaction {
 public:
  ~Transaction();
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;

  Result<Rows> Execute(const Statement& statement, Params params = {});
  Result<std::vector<Rows>> ExecuteAll(std::vector<Call> calls);
  Status Commit();
  Deadline deadline() const { return deadline_; }

 private:
  friend class Database;
  Transaction(Database* database, std::unique_ptr<Connection> connection, Scope scope, Deadline deadline)
      : database_(database), connection_(std::move(connection)), scope_(scope), deadline_(deadline) {}
  Database* database_;
  std::unique_ptr<Connection> connection_;
  Scope scope_;
  Deadline deadline_;
  bool begun_ = false;
  std::chrono::milliseconds told_left_{0};  // What was left when the server was last told how long a statement may take.
};

// A bounded set of connections as one role. Opens them on first use and again after a loss, so a
// database that comes back needs no restart of ours. Thread-safe.
class Database {
 public:
  // `size` is the most connections ever open.
  Database(std::string conninfo, int size);
  ~Database();

  // Waits at most until the deadline for a free connection: UNAVAILABLE `DATABASE_BUSY`.
  Result<Transaction> Begin(const Scope& scope, Deadline deadline);

  // The calls as one transaction in one round trip.
  Result<std::vector<Rows>> Run(const Scope& scope, std::vector<Call> calls, Deadline deadline);
  // One call as one transaction in one round trip.
  Result<Rows> Run(const Scope& scope, const Statement& statement, Params params, Deadline deadline);

  // Whether the database answers.
  Status Ping(Deadline deadline);

 private:
  friend class Transaction;
  Result<std::unique_ptr<Connection>> Acquire(Deadline deadline);
  void Release(std::unique_ptr<Connection> connection);

  const std::string conninfo_;
  const int size_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int out_ = 0;
};

// Runs `work(Transaction&)`, which returns a Result, and commits. A conflict with another
// transaction is tried again, three times in all, so `work` must be repeatable.
template <typename Work>
auto InTransaction(Database& database, const Scope& scope, Deadline deadline, Work work)
    -> decltype(work(std::declval<Transaction&>())) {
  constexpr int kTries = 3;
  for (int attempt = 1;; ++attempt) {
    auto begun = database.Begin(scope, deadline);
    if (!begun.ok()) return std::move(begun).error();
    Transaction transaction = std::move(begun).value();
    auto result = work(transaction);
    if (result.ok()) {
      Status committed = transaction.Commit();
      if (committed.ok()) return result;
      if (attempt >= kTries || !IsConflict(committed.error())) return std::move(committed).error();
    } else if (attempt >= kTries || !IsConflict(result.error())) {
      return result;
    }
  }
}

}  // namespace vefa::postgres
