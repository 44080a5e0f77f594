#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"

struct pg_result;

namespace vefa::postgres {

// The rows of one statement, in binary. Owns libpq's memory; a view into it lives as long as the
// Rows. Asking for a column as another type than the statement gives it is a programmer's error.
class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result);
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;

  int size() const;
  bool empty() const { return size() == 0; }
  // What the server says it did, for example `COMMIT` or `INSERT 0 1`.
  std::string_view command() const;
  // Rows changed by an INSERT, UPDATE or DELETE.
  int64_t affected() const;

  bool IsNull(int row, int column) const;
  std::string_view Text(int row, int column) const;   // text, bytea, jsonb selected as text
  std::string String(int row, int column) const { return std::string(Text(row, column)); }
  int64_t Int64(int row, int column) const;           // int8, int4, int2
  int32_t Int32(int row, int column) const { return static_cast<int32_t>(Int64(row, column)); }
  double Double(int row, int column) const;           // float8
  bool Bool(int row, int column) const;               // bool
  Uuid Id(int row, int column) const;                 // uuid
  Time Timestamp(int row, int column) const;          // timestamptz
  int32_t Date(int row, int column) const;            // date, as days since 1970-01-01
  std::vector<Uuid> Ids(int row, int column) const;   // uuid[] of one dimension without nulls

 private:
  pg_result* result_ = nullptr;
};

}  // namespace vefa::postgres
