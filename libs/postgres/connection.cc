#include "libs/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "libs/base/cancel.h"
#include "libs/postgres/errors.h"
#include "libs/telemetry/span.h"

namespace vefa::postgres {
namespace {

const Statement kCheck{
    "check_writable",
    "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool,"
    " set_config('client_connection_check_interval', '1000', false)"};

// What a conninfo may say otherwise. Of several hosts the one that takes writes; a peer that went away without a word is
// noticed within half a minute while nothing is asked of it, and within tcp_user_timeout while something is.
constexpr const char* kDefaults[][2] = {
    {"target_session_attrs", "read-write"}, {"keepalives_idle", "10"},     {"keepalives_interval", "5"},
    {"keepalives_count", "3"},              {"tcp_user_timeout", "15000"}, {"fallback_application_name", "vefa"}};

PGconn* StartConnect(const std::string& conninfo) {
  std::vector<const char*> names, values;
  for (const auto& [name, value] : kDefaults) {
    names.push_back(name);
    values.push_back(value);
  }
  // Later ones win: so what the conninfo says stands.
  names.insert(names.end(), {"dbname", nullptr});
  values.insert(values.end(), {conninfo.c_str(), nullptr});
  return PQconnectStartParams(names.data(), values.data(), 1);
}

Error ReadOnly() { return Unavailable("DATABASE_READ_ONLY", "The database accepts no writes; try again."); }

// libpq has no code for it: of every host that was tried, the last one was a standby or read-only.
bool SaysReadOnly(std::string_view message) {
  return message.find("session is read-only") != message.npos || message.find("server is in hot standby") != message.npos;
}

// How often who waits asks whether his caller is still there.
constexpr std::chrono::milliseconds kLookEvery(50);

// Polls the socket of a connection. False when the deadline passed, or the caller went away.
bool PollSocket(PGconn* conn, bool for_write, Deadline deadline) {
  pollfd waiting{PQsocket(conn), static_cast<short>(for_write ? POLLIN | POLLOUT : POLLIN), 0};
  for (;;) {
    auto patience = deadline.Left();
    if (CancelScope::Watched()) patience = std::min(patience, kLookEvery);
    int ready = poll(&waiting, 1, static_cast<int>(patience.count()));
    if (ready > 0) return true;
    if (ready == 0 && (deadline.Passed() || CancelScope::Gone())) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// What a flush is called: its one statement, or the first of several; what opens transactions and sets their tenant
// and time does not count. All names stand in an attribute. Parameters have no way in here.
telemetry::Span SpanOf(const std::vector<Call>& calls) {
  if (!telemetry::CurrentTrace().sampled()) return {};
  const char* first = calls.front().statement->name;
  std::string all;
  for (const Call& call : calls) {
    const std::string_view name = call.statement->name;
    if (name == "begin" || name == "statement_timeout" || name.starts_with("scope_")) continue;
    if (all.empty()) first = call.statement->name;
    all.append(all.empty() ? "" : ", ").append(name);
  }
  telemetry::Span span = telemetry::Span::Child(telemetry::SpanKind::kClient, first);
  span.Set("db.system.name", "postgresql");
  span.Set("db.query.summary", all.empty() ? first : std::string_view(all));
  return span;
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& conninfo, Deadline deadline) {
  PGconn* conn = StartConnect(conninfo);
  if (conn == nullptr) return Internal("OUT_OF_MEMORY", "libpq could not start a connection.");
  std::unique_ptr<Connection> connection(new Connection(conn));
  PostgresPollingStatusType step = PGRES_POLLING_WRITING;
  while (step != PGRES_POLLING_OK) {
    if (step == PGRES_POLLING_FAILED || PQstatus(conn) == CONNECTION_BAD) {
      if (SaysReadOnly(PQerrorMessage(conn))) return ReadOnly();
      return connection->Lost("connect");
    }
    if (!PollSocket(conn, step == PGRES_POLLING_WRITING, deadline))
      return Unavailable("DATABASE_UNAVAILABLE", "The database does not answer; try again.");
    step = PQconnectPoll(conn);
  }
  PQsetnonblocking(conn, 1);
  PQsetNoticeProcessor(conn, [](void*, const char*) {}, nullptr);
  VEFA_TRY(Rows rows, connection->Execute(kCheck, {}, deadline));
  if (rows.Bool(0, 0)) return ReadOnly();
  return connection;
}

Connection::~Connection() { PQfinish(conn_); }

bool Connection::in_transaction() const { return PQtransactionStatus(conn_) != PQTRANS_IDLE; }

bool Connection::LostWhileIdle() {
  // A last word of the server may stand before the end; a setting that changed is not an end.
  for (int reads = 0; reads < 3 && usable_; ++reads) {
    pollfd waiting{PQsocket(conn_), POLLIN, 0};
    if (poll(&waiting, 1, 0) <= 0) break;
    if (PQconsumeInput(conn_) == 0 || PQstatus(conn_) == CONNECTION_BAD) usable_ = false;
  }
  return !usable_;
}

Error Connection::Lost(const char* where) {
  usable_ = false;
  Error error = Unavailable("DATABASE_UNAVAILABLE", "The database is not reachable; try again.");
  error.metadata["where"] = where;
  error.metadata["detail"] = PQerrorMessage(conn_);
  return error;
}

Status Connection::Wait(bool for_write, Deadline deadline) {
  if (PollSocket(conn_, for_write, deadline)) return Ok();
  // The answer may still come: this connection cannot be used again. Once it is closed the server
  // notices within a second and stops the statement (client_connection_check_interval).
  usable_ = false;
  if (!deadline.Passed() && CancelScope::Gone()) return Error{Code::kCancelled, "CANCELLED", "The caller went away."};
  return Error{Code::kDeadlineExceeded, "DATABASE_SLOW", "The database did not answer in time; try again."};
}

Status Connection::Flush(Deadline deadline) {
  for (;;) {
    int left = PQflush(conn_);
    if (left == 0) return Ok();
    if (left < 0) return Lost("send");
    VEFA_TRY_OK(Wait(true, deadline));
    if (PQconsumeInput(conn_) == 0) return Lost("send");
  }
}

Result<PGresult*> Connection::NextResult(Deadline deadline) {
  while (PQisBusy(conn_) != 0) {
    VEFA_TRY_OK(Flush(deadline));
    if (PQisBusy(conn_) == 0) break;
    VEFA_TRY_OK(Wait(false, deadline));
    if (PQconsumeInput(conn_) == 0) return Lost("receive");
  }
  return PQgetResult(conn_);
}

Status Connection::Send(const Call& call, std::vector<bool>& prepares) {
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats(call.params.size(), 1);
  for (const Value& value : call.params) {
    types.push_back(value.oid);
    values.push_back(value.is_null ? nullptr : value.bytes.data());
    lengths.push_back(static_cast<int>(value.bytes.size()));
  }
  int count = static_cast<int>(call.params.size());
  // PostgreSQL's unnamed statement is replaced by the next one.
  const char* name = call.statement->once ? "" : call.statement->name;
  bool prepare = call.statement->once || prepared_.insert(name).second;
  prepares.push_back(prepare);
  if (prepare && PQsendPrepare(conn_, name, call.statement->sql, count, types.data()) == 0) return Lost("prepare");
  if (PQsendQueryPrepared(conn_, name, count, values.data(), lengths.data(), formats.data(), 1) == 0)
    return Lost("execute");
  return Ok();
}

Result<std::vector<Rows>> Connection::Pipeline(const std::vector<Call>& calls, Deadline deadline) {
  telemetry::Span span = SpanOf(calls);
  auto rows = Exchange(calls, deadline);
  if (!rows.ok() && span.recording()) {
    span.Fail(rows.error().reason);
    auto state = rows.error().metadata.find("sqlstate");
    if (state != rows.error().metadata.end()) span.Set("db.response.status_code", state->second);
  }
  return rows;
}

Result<std::vector<Rows>> Connection::Exchange(const std::vector<Call>& calls, Deadline deadline) {
  if (!usable_) return Unavailable("DATABASE_UNAVAILABLE", "The database connection was lost; try again.");
  if (PQenterPipelineMode(conn_) == 0) return Lost("pipeline");
  std::vector<bool> prepares;
  for (const Call& call : calls) VEFA_TRY_OK(Send(call, prepares));
  if (PQpipelineSync(conn_) == 0) return Lost("sync");
  VEFA_TRY_OK(Flush(deadline));
  auto rows = ReadPipeline(calls, prepares, deadline);
  if (usable_ && PQexitPipelineMode(conn_) == 0) return Lost("pipeline");
  return rows;
}

Result<std::vector<Rows>> Connection::ReadPipeline(const std::vector<Call>& calls, const std::vector<bool>& prepares,
                                                   Deadline deadline) {
  std::vector<Rows> all;
  std::optional<Error> first_error;
  for (size_t i = 0; i < calls.size(); ++i) {
    for (int step = prepares[i] ? 0 : 1; step < 2; ++step) {
      VEFA_TRY(PGresult * result, NextResult(deadline));
      if (result == nullptr) return Lost("receive");
      ExecStatusType status = PQresultStatus(result);
      bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
      if (!good && status != PGRES_PIPELINE_ABORTED && !first_error)
        first_error = FromResult(result, calls[i].statement->name);
      // The server was demoted: whoever comes next looks for the one that took its place.
      if (first_error && first_error->reason == "DATABASE_READ_ONLY") usable_ = false;
      if (step == 0 && !good) prepared_.erase(calls[i].statement->name);
      if (step == 1 && good) {
        all.emplace_back(result);
      } else {
        PQclear(result);
      }
      VEFA_TRY(PGresult * end, NextResult(deadline));
      if (end != nullptr) {
        PQclear(end);
        return Lost("protocol");
      }
    }
  }
  VEFA_TRY(PGresult * sync, NextResult(deadline));
  bool synced = sync != nullptr && PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
  PQclear(sync);
  if (PQstatus(conn_) == CONNECTION_BAD || !synced) usable_ = false;
  if (first_error) return *first_error;
  if (!synced) return Lost("sync");
  return all;
}

Result<Rows> Connection::Execute(const Statement& statement, Params params, Deadline deadline) {
  std::vector<Call> calls;
  calls.push_back({&statement, std::move(params)});
  VEFA_TRY(std::vector<Rows> rows, Pipeline(calls, deadline));
  return std::move(rows.front());
}

Status Connection::ExecuteScript(const std::string& sql, Deadline deadline) {
  if (PQsendQuery(conn_, sql.c_str()) == 0) return Lost("send");
  VEFA_TRY_OK(Flush(deadline));
  std::optional<Error> first_error;
  for (;;) {
    VEFA_TRY(PGresult * result, NextResult(deadline));
    if (result == nullptr) break;
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
    if (!good && !first_error) first_error = FromResult(result, "script");
    PQclear(result);
  }
  if (first_error) return *first_error;
  return Ok();
}

}  // namespace vefa::postgres
