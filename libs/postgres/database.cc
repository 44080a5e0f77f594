#include "libs/postgres/database.h"

#include <algorithm>
#include <utility>

namespace vefa::postgres {
namespace {

const Statement kBegin{"begin", "BEGIN"};
const Statement kCommit{"commit", "COMMIT"};
const Statement kRollback{"rollback", "ROLLBACK"};
const Statement kPing{"ping", "SELECT 1"};
// The last parameter of each is how long a statement may take.
const Statement kScopeTenant{"scope_tenant",
                             "SELECT set_config('app.tenant', $1, true), set_config('statement_timeout', $2, true)"};
const Statement kScopeTenants{"scope_tenants",
                              "SELECT set_config('app.tenants', $1, true), set_config('statement_timeout', $2, true)"};
const Statement kScopeEveryTenant{
    "scope_every_tenant",
    "SELECT set_config('app.tenants', coalesce((SELECT array_agg(id) FROM tenant)::text, '{}'), true),"
    " set_config('statement_timeout', $1, true)"};
const Statement kTimeout{"statement_timeout", "SELECT set_config('statement_timeout', $1, true)"};

// Longest wait for a new connection, whatever the caller's deadline.
constexpr std::chrono::seconds kConnectTimeout(5);
// The server ends a statement so much before its caller's deadline, or a tenth of what is left, whichever is less: then
// the answer comes in time and the connection is kept.
constexpr std::chrono::milliseconds kTimeoutMargin(20);

// What is left for a statement, as PostgreSQL's setting; 0 would mean for ever.
Value TimeoutOf(Deadline deadline) {
  const auto left = deadline.Left();
  const auto allowed = left - std::min(left / 10, kTimeoutMargin);
  return Bind(std::to_string(std::max<int64_t>(allowed.count(), 1)));
}

// Whose rows are seen, and for how long a statement may run.
Call Opening(const Scope& scope, Deadline deadline) {
  Call call = scope.ToCall();
  call.params.push_back(TimeoutOf(deadline));
  return call;
}

}  // namespace

Scope Scope::Tenant(const Uuid& tenant) {
  Scope scope;
  scope.statement_ = &kScopeTenant;
  scope.value_ = tenant.ToString();
  return scope;
}

Scope Scope::Tenants(const std::vector<Uuid>& tenants) {
  Scope scope;
  scope.statement_ = &kScopeTenants;
  scope.value_ = "{";
  for (const Uuid& tenant : tenants) {
    if (scope.value_.size() > 1) scope.value_ += ',';
    scope.value_ += tenant.ToString();
  }
  scope.value_ += '}';
  return scope;
}

Scope Scope::EveryTenant() {
  Scope scope;
  scope.statement_ = &kScopeEveryTenant;
  return scope;
}

Call Scope::ToCall() const {
  if (statement_ == &kScopeEveryTenant) return {statement_, {}};
  return {statement_, Bound(value_)};
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(other.database_),
      connection_(std::move(other.connection_)),
      scope_(other.scope_),
      deadline_(other.deadline_),
      begun_(other.begun_),
      told_left_(other.told_left_) {}

Transaction::~Transaction() {
  if (connection_ == nullptr) return;
  if (begun_ && connection_->usable()) {
    // A failed ROLLBACK makes the connection unusable, which Release then closes.
    (void)connection_->Execute(kRollback, {}, Deadline::After(kConnectTimeout));
  }
  database_->Release(std::move(connection_));
}

Result<std::vector<Rows>> Transaction::ExecuteAll(std::vector<Call> calls) {
  if (begun_) {
    // What the server was told is near enough until a good part of it is used up.
    if (deadline_.Left() > told_left_ / 5 * 4) return connection_->Pipeline(calls, deadline_);
    told_left_ = deadline_.Left();
    calls.insert(calls.begin(), Call{&kTimeout, {TimeoutOf(deadline_)}});
    VEFA_TRY(std::vector<Rows> rows, connection_->Pipeline(calls, deadline_));
    rows.erase(rows.begin());
    return rows;
  }
  begun_ = true;
  told_left_ = deadline_.Left();
  calls.insert(calls.begin(), Opening(scope_, deadline_));
  calls.insert(calls.begin(), Call{&kBegin, {}});
  VEFA_TRY(std::vector<Rows> rows, connection_->Pipeline(calls, deadline_));
  rows.erase(rows.begin(), rows.begin() + 2);
  return rows;
}

Result<Rows> Transaction::Execute(const Statement& statement, Params params) {
  std::vector<Call> calls;
  calls.push_back({&statement, std::move(params)});
  VEFA_TRY(std::vector<Rows> rows, ExecuteAll(std::move(calls)));
  return std::move(rows.front());
}

Status Transaction::Commit() {
  if (begun_) {
    VEFA_TRY(Rows rows, connection_->Execute(kCommit, {}, deadline_));
    begun_ = false;
    // PostgreSQL answers the COMMIT of a failed transaction with success and rolls back.
    if (rows.command() != "COMMIT") {
      database_->Release(std::move(connection_));
      return Internal("TRANSACTION_FAILED", "A statement of the transaction had failed and nothing was committed.");
    }
  }
  database_->Release(std::move(connection_));
  return Ok();
}

Database::Database(std::string conninfo, int size) : conninfo_(std::move(conninfo)), size_(size) {}
Database::~Database() = default;

Result<std::unique_ptr<Connection>> Database::Acquire(Deadline deadline) {
  {
    std::unique_lock lock(mutex_);
    bool free = freed_.wait_until(lock, deadline.at() == Deadline::Never().at()
                                            ? std::chrono::steady_clock::now() + deadline.Left()
                                            : deadline.at(),
                                  [this] { return out_ < size_; });
    if (!free) return Unavailable("DATABASE_BUSY", "Every database connection is busy; try again.");
    ++out_;
    while (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      // A server that was restarted has closed it: nobody's request should be the one that finds out.
      if (!connection->LostWhileIdle()) return connection;
    }
  }
  auto opened = Connection::Open(
      conninfo_, Deadline::After(std::min(deadline.Left(), std::chrono::milliseconds(kConnectTimeout))));
  if (!opened.ok()) Release(nullptr);
  return opened;
}

void Database::Release(std::unique_ptr<Connection> connection) {
  {
    std::lock_guard lock(mutex_);
    --out_;
    if (connection != nullptr && connection->usable() && !connection->in_transaction()) {
      idle_.push_back(std::move(connection));
    } else if (connection != nullptr) {
      // The server probably went away: the other idle ones are as dead as this one.
      idle_.clear();
    }
  }
  freed_.notify_one();
}

Result<Transaction> Database::Begin(const Scope& scope, Deadline deadline) {
  VEFA_TRY(std::unique_ptr<Connection> connection, Acquire(deadline));
  return Transaction(this, std::move(connection), scope, deadline);
}

Result<std::vector<Rows>> Database::Run(const Scope& scope, std::vector<Call> calls, Deadline deadline) {
  VEFA_TRY(std::unique_ptr<Connection> connection, Acquire(deadline));
  calls.insert(calls.begin(), Opening(scope, deadline));
  auto rows = connection->Pipeline(calls, deadline);
  Release(std::move(connection));
  if (rows.ok()) rows->erase(rows->begin());
  return rows;
}

Result<Rows> Database::Run(const Scope& scope, const Statement& statement, Params params, Deadline deadline) {
  std::vector<Call> calls;
  calls.push_back({&statement, std::move(params)});
  VEFA_TRY(std::vector<Rows> rows, Run(scope, std::move(calls), deadline));
  return std::move(rows.front());
}

Status Database::Ping(Deadline deadline) {
  VEFA_TRY(std::unique_ptr<Connection> connection, Acquire(deadline));
  auto rows = connection->Execute(kPing, {}, deadline);
  Release(std::move(connection));
  if (!rows.ok()) return std::move(rows).error();
  return Ok();
}

}  // namespace vefa::postgres
