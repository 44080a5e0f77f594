#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"

namespace vefa::postgres {

// One bound parameter in PostgreSQL's binary format. Made by Bind; owned by the call it is given to.
struct Value {
  unsigned oid = 0;
  bool is_null = false;
  std::string bytes;
};

// Bytes that are to travel as bytea rather than text.
struct Bytes {
  std::string_view data;
};

// Days since 1970-01-01, to travel as a date.
struct Day {
  int32_t days = 0;
};

Value Bind(const Uuid& value);
Value Bind(std::string_view value);
inline Value Bind(const std::string& value) { return Bind(std::string_view(value)); }
inline Value Bind(const char* value) { return Bind(std::string_view(value)); }
Value Bind(int64_t value);
Value Bind(int32_t value);
Value Bind(int16_t value);
Value Bind(double value);
Value Bind(bool value);
Value Bind(Time value);
Value Bind(Bytes value);
Value Bind(Day value);

Value Bind(const std::vector<Uuid>& values);
Value Bind(const std::vector<std::string>& values);
Value Bind(const std::vector<int64_t>& values);
Value Bind(const std::vector<int32_t>& values);
Value Bind(const std::vector<int16_t>& values);
Value Bind(const std::vector<double>& values);
Value Bind(const std::vector<bool>& values);
Value Bind(const std::vector<Time>& values);
Value Bind(const std::vector<Day>& values);
// An array of bytea.
Value BindBytes(const std::vector<std::string>& values);

// NULL of T's type when empty.
template <typename T>
Value Bind(const std::optional<T>& value) {
  if (value) return Bind(*value);
  Value null = Bind(T{});
  null.is_null = true;
  null.bytes.clear();
  return null;
}

using Params = std::vector<Value>;

// Params{Bind(a), Bind(b), …}.
template <typename... T>
Params Bound(const T&... values) {
  Params params;
  params.reserve(sizeof...(values));
  (params.push_back([&] {
    if constexpr (std::is_same_v<T, Value>) {
      return values;
    } else {
      return Bind(values);
    }
  }()),
   ...);
  return params;
}

// Microseconds between 1970-01-01 and PostgreSQL's epoch, 2000-01-01.
inline constexpr int64_t kEpochMicros = 946684800000000LL;
// Days between the two.
inline constexpr int32_t kEpochDays = 10957;

}  // namespace vefa::postgres
