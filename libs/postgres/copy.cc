// Binary COPY of Connection, and the builder of its rows.
#include <libpq-fe.h>

#include "libs/postgres/connection.h"
#include "libs/postgres/errors.h"

namespace vefa::postgres {
namespace {

constexpr std::string_view kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);

void PutInt(std::string& out, int64_t value, int bytes) {
  for (int shift = bytes * 8 - 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

}  // namespace

CopyRows::CopyRows() : data_(kHeader) {}

void CopyRows::BeginRow(int16_t columns) {
  PutInt(data_, columns, 2);
  ++rows_;
}

void CopyRows::Add(const Value& value) {
  PutInt(data_, value.is_null ? -1 : static_cast<int64_t>(value.bytes.size()), 4);
  if (!value.is_null) data_ += value.bytes;
}

std::string CopyRows::Finish() {
  PutInt(data_, -1, 2);
  std::string done = std::move(data_);
  data_ = kHeader;
  rows_ = 0;
  return done;
}

Status Connection::CopyIn(const char* copy_sql, std::string_view data, Deadline deadline) {
  if (!usable_) return Unavailable("DATABASE_UNAVAILABLE", "The database connection was lost; try again.");
  if (PQsendQuery(conn_, copy_sql) == 0) return Lost("copy");
  VEFA_TRY_OK(Flush(deadline));
  VEFA_TRY(PGresult * start, NextResult(deadline));
  bool ready = PQresultStatus(start) == PGRES_COPY_IN;
  Error refused = ready ? Error{} : FromResult(start, copy_sql);
  PQclear(start);
  if (!ready) {
    VEFA_TRY_OK(FinishCopy(deadline));
    return refused;
  }
  constexpr size_t kPiece = 65536;
  for (size_t at = 0; at < data.size();) {
    size_t size = std::min(kPiece, data.size() - at);
    int sent = PQputCopyData(conn_, data.data() + at, static_cast<int>(size));
    if (sent < 0) return Lost("copy");
    if (sent == 0) VEFA_TRY_OK(Wait(true, deadline));
    if (sent == 1) at += size;
  }
  while (PQputCopyEnd(conn_, nullptr) == 0) VEFA_TRY_OK(Wait(true, deadline));
  return FinishCopy(deadline);
}

Status Connection::FinishCopy(Deadline deadline) {
  std::optional<Error> first_error;
  VEFA_TRY_OK(Flush(deadline));
  for (;;) {
    VEFA_TRY(PGresult * result, NextResult(deadline));
    if (result == nullptr) break;
    if (PQresultStatus(result) != PGRES_COMMAND_OK && !first_error) first_error = FromResult(result, "copy");
    PQclear(result);
  }
  if (PQstatus(conn_) == CONNECTION_BAD) usable_ = false;
  if (first_error) return *first_error;
  return Ok();
}

}  // namespace vefa::postgres
