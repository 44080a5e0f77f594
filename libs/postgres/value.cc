#include "libs/postgres/value.h"

#include <bit>
#include <cstring>

namespace vefa::postgres {
namespace {

// Type ids of pg_type.dat; the catalogue promises they never change.
enum TypeOid : unsigned {
  kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kFloat8 = 701, kDate = 1082,
  kTimestamptz = 1184, kUuid = 2950,
  kBoolArray = 1000, kByteaArray = 1001, kInt2Array = 1005, kInt4Array = 1007, kTextArray = 1009, kInt8Array = 1016,
  kFloat8Array = 1022, kDateArray = 1182, kTimestamptzArray = 1185, kUuidArray = 2951,
};

template <typename T>
void PutBig(std::string& out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<uint64_t>(value) >> shift);
}

void Put(std::string& out, const Uuid& value) { out.append(reinterpret_cast<const char*>(value.bytes.data()), 16); }
void Put(std::string& out, std::string_view value) { out.append(value); }
void Put(std::string& out, int64_t value) { PutBig(out, value); }
void Put(std::string& out, int32_t value) { PutBig(out, value); }
void Put(std::string& out, int16_t value) { PutBig(out, value); }
void Put(std::string& out, double value) { PutBig(out, std::bit_cast<uint64_t>(value)); }
void Put(std::string& out, bool value) { out += value ? '\1' : '\0'; }
void Put(std::string& out, Time value) { PutBig(out, value.time_since_epoch().count() - kEpochMicros); }
void Put(std::string& out, Day value) { PutBig(out, value.days - kEpochDays); }

template <typename T>
Value Scalar(TypeOid oid, const T& value) {
  Value result{oid, false, {}};
  Put(result.bytes, value);
  return result;
}

// Array format: dimensions, has-null flag, element type, length, lower bound, then length-prefixed elements.
template <typename Vector>
Value Array(TypeOid oid, TypeOid element, const Vector& values) {
  Value result{oid, false, {}};
  result.bytes.reserve(20 + values.size() * 20);
  PutBig<int32_t>(result.bytes, values.empty() ? 0 : 1);
  PutBig<int32_t>(result.bytes, 0);
  PutBig<int32_t>(result.bytes, static_cast<int32_t>(element));
  if (values.empty()) return result;
  PutBig<int32_t>(result.bytes, static_cast<int32_t>(values.size()));
  PutBig<int32_t>(result.bytes, 1);
  for (const auto& value : values) {
    size_t at = result.bytes.size();
    result.bytes.append(4, '\0');
    Put(result.bytes, static_cast<typename Vector::value_type>(value));
    std::string length;
    PutBig<int32_t>(length, static_cast<int32_t>(result.bytes.size() - at - 4));
    std::memcpy(result.bytes.data() + at, length.data(), 4);
  }
  return result;
}

}  // namespace

Value Bind(const Uuid& value) { return Scalar(kUuid, value); }
Value Bind(std::string_view value) { return Scalar(kText, value); }
Value Bind(int64_t value) { return Scalar(kInt8, value); }
Value Bind(int32_t value) { return Scalar(kInt4, value); }
Value Bind(int16_t value) { return Scalar(kInt2, value); }
Value Bind(double value) { return Scalar(kFloat8, value); }
Value Bind(bool value) { return Scalar(kBool, value); }
Value Bind(Time value) { return Scalar(kTimestamptz, value); }
Value Bind(Bytes value) { return Scalar(kBytea, value.data); }
Value Bind(Day value) { return Scalar(kDate, value); }

Value Bind(const std::vector<Uuid>& values) { return Array(kUuidArray, kUuid, values); }
Value Bind(const std::vector<std::string>& values) { return Array(kTextArray, kText, values); }
Value Bind(const std::vector<int64_t>& values) { return Array(kInt8Array, kInt8, values); }
Value Bind(const std::vector<int32_t>& values) { return Array(kInt4Array, kInt4, values); }
Value Bind(const std::vector<int16_t>& values) { return Array(kInt2Array, kInt2, values); }
Value Bind(const std::vector<double>& values) { return Array(kFloat8Array, kFloat8, values); }
Value Bind(const std::vector<bool>& values) { return Array(kBoolArray, kBool, values); }
Value Bind(const std::vector<Time>& values) { return Array(kTimestamptzArray, kTimestamptz, values); }
Value Bind(const std::vector<Day>& values) { return Array(kDateArray, kDate, values); }
Value BindBytes(const std::vector<std::string>& values) { return Array(kByteaArray, kBytea, values); }

}  // namespace vefa::postgres
