#include "services/interaction/order/order.h"

#include <algorithm>
#include <cstdio>

#include "libs/base/text.h"

namespace vefa::interaction {
namespace {

constexpr size_t kExternalIdMax = 200;  // bytes
constexpr int64_t kUnitsMax = 1'000'000'000'000;
constexpr int32_t kNanosPerUnit = 1'000'000'000;
constexpr std::chrono::minutes kClockSkew(5);
constexpr int32_t kFirstDay = -25567;  // 1900-01-01

std::string Trimmed(const std::string& text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool IsCurrency(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::optional<int64_t> Hundredths(int64_t units, int32_t nanos) {
  if (units < 0 || units > kUnitsMax || nanos < 0 || nanos >= kNanosPerUnit || nanos % kNanosPerHundredth != 0)
    return std::nullopt;
  return units * 100 + nanos / kNanosPerHundredth;
}

std::string DecimalText(int64_t hundredths) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%02d", static_cast<long long>(hundredths / 100),
                static_cast<int>(hundredths % 100));
  return text;
}

void Normalise(Order& order, std::string_view prefix, Time now, std::vector<Violation>& violations) {
  auto check = [&](bool holds, const char* field, const char* reason, const char* description) {
    if (!holds) violations.push_back({std::string(prefix) + field, reason, description});
  };
  order.external_id = Trimmed(order.external_id);
  const std::string& id = order.external_id;
  check(!id.empty(), "external_id", "REQUIRED", "Give the order's id in your shop.");
  check(IsUtf8(id), "external_id", "NOT_UTF8", "Give text in UTF-8 without NUL.");
  check(std::none_of(id.begin(), id.end(), IsControl), "external_id", "CONTROL_CHARACTER",
        "Leave out control characters.");
  check(id.size() <= kExternalIdMax, "external_id", "TOO_LONG", "Give at most 200 bytes.");
  check(IsCurrency(order.currency), "total.currency_code", "CURRENCY_SYNTAX",
        "Give the three letters of ISO 4217, for example EUR.");
  check(order.item_count >= 1, "item_count", "ITEM_COUNT_RANGE", "Give how many items were bought, at least 1.");
  check(order.occur_time <= now + kClockSkew, "occur_time", "TIME_IN_FUTURE", "Give a time that has passed.");
  check(order.occur_time >= StartOfDay(kFirstDay), "occur_time", "TIME_TOO_OLD", "Give a time after 1899.");
}

bool SameContent(const Order& left, const Order& right) {
  return left.contact == right.contact && left.occur_time == right.occur_time && left.currency == right.currency &&
         left.total == right.total && left.item_count == right.item_count;
}

}  // namespace vefa::interaction
