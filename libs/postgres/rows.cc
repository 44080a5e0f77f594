#include "libs/postgres/rows.h"

#include <libpq-fe.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

#include "libs/base/check.h"
#include "libs/postgres/value.h"

namespace vefa::postgres {
namespace {

int64_t BigEndian(const char* bytes, int length) {
  VEFA_CHECK(length == 1 || length == 2 || length == 4 || length == 8);
  uint64_t value = 0;
  for (int i = 0; i < length; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  int unused = 64 - 8 * length;
  return static_cast<int64_t>(value << unused) >> unused;
}

}  // namespace

Rows::Rows(pg_result* result) : result_(result) {}
Rows::~Rows() { PQclear(result_); }
Rows::Rows(Rows&& other) noexcept : result_(std::exchange(other.result_, nullptr)) {}
Rows& Rows::operator=(Rows&& other) noexcept {
  std::swap(result_, other.result_);
  return *this;
}

int Rows::size() const { return result_ == nullptr ? 0 : PQntuples(result_); }

std::string_view Rows::command() const { return result_ == nullptr ? "" : PQcmdStatus(result_); }

int64_t Rows::affected() const {
  std::string_view text = result_ == nullptr ? "" : PQcmdTuples(result_);
  int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

bool Rows::IsNull(int row, int column) const { return PQgetisnull(result_, row, column) != 0; }

std::string_view Rows::Text(int row, int column) const {
  return {PQgetvalue(result_, row, column), static_cast<size_t>(PQgetlength(result_, row, column))};
}

int64_t Rows::Int64(int row, int column) const {
  return BigEndian(PQgetvalue(result_, row, column), PQgetlength(result_, row, column));
}

double Rows::Double(int row, int column) const {
  VEFA_CHECK(PQgetlength(result_, row, column) == 8);
  return std::bit_cast<double>(BigEndian(PQgetvalue(result_, row, column), 8));
}

bool Rows::Bool(int row, int column) const { return Int64(row, column) != 0; }

Uuid Rows::Id(int row, int column) const {
  VEFA_CHECK(PQgetlength(result_, row, column) == 16);
  Uuid id;
  std::memcpy(id.bytes.data(), PQgetvalue(result_, row, column), 16);
  return id;
}

Time Rows::Timestamp(int row, int column) const {
  VEFA_CHECK(PQgetlength(result_, row, column) == 8);
  return Time(std::chrono::microseconds(Int64(row, column) + kEpochMicros));
}

int32_t Rows::Date(int row, int column) const {
  VEFA_CHECK(PQgetlength(result_, row, column) == 4);
  return Int32(row, column) + kEpochDays;
}

std::vector<Uuid> Rows::Ids(int row, int column) const {
  std::string_view bytes = Text(row, column);
  VEFA_CHECK(bytes.size() >= 12);
  std::vector<Uuid> ids;
  if (BigEndian(bytes.data(), 4) == 0) return ids;
  VEFA_CHECK(bytes.size() >= 20 && (bytes.size() - 20) % 20 == 0);
  for (size_t at = 20; at < bytes.size(); at += 20) {
    Uuid id;
    std::memcpy(id.bytes.data(), bytes.data() + at + 4, 16);
    ids.push_back(id);
  }
  return ids;
}

}  // namespace vefa::postgres
