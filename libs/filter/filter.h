#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"

// Conditions as AIP-160 writes them, checked against the fields a caller declares, and as SQL in which nothing of the text
// stands: `language = "tr" AND (version > 3 OR NOT email:*) mehmet`. Pure functions, no I/O, thread-safe.
namespace vefa::filter {

// The most of one filter. FILTER_TOO_LONG, FILTER_TOO_DEEP, FILTER_TOO_MANY_TERMS.
inline constexpr size_t kBytesMax = 2000;
inline constexpr int kDepthMax = 20;   // Parentheses and NOTs inside each other.
inline constexpr int kTermsMax = 50;   // Comparisons and words.
inline constexpr size_t kViolationsMax = 10;

enum class Op : uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kHas };
enum class Type : uint8_t { kText, kInteger, kNumber, kBool, kTime, kWord };

// What a value is compared with; bound as a parameter, as it is.
using Value = std::variant<std::string, int64_t, double, bool, Time>;

// A bit per operator.
constexpr unsigned Bit(Op op) { return 1u << static_cast<unsigned>(op); }
inline constexpr unsigned kEquality = Bit(Op::kEqual) | Bit(Op::kNotEqual);
inline constexpr unsigned kOrder = Bit(Op::kLess) | Bit(Op::kLessOrEqual) | Bit(Op::kGreater) | Bit(Op::kGreaterOrEqual);
inline constexpr unsigned kHasBit = Bit(Op::kHas);

// A field that may be asked for. Its SQL is the program's: constant text, with `{value}` and `{key}` where parameters go.
struct Field {
  std::string_view name;  // `create_time`; of a map `attributes`, asked for as `attributes.colour`.
  Type type = Type::kText;
  std::string_view sql;   // The value, NULL when there is none: `c.create_time`; of a map with `{key}`.
  unsigned ops = kEquality | kOrder | kHasBit;
  bool is_map = false;
  std::vector<std::string_view> words = {};  // Of kWord: what it may be.
  std::string_view present_sql = {};         // When there is one; `sql IS NOT NULL` unless said.
  std::string_view has_sql = {};             // What `:` means, for example of a list; the value, or a part of a text, unless said.
};
using Schema = std::vector<Field>;

struct Node {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kCompare, kPresent };
  Kind kind = Kind::kAnd;
  std::vector<Node> terms;       // Of kAnd and kOr two or more, of kNot one.
  const Field* field = nullptr;  // Of the schema, which outlives the node.
  std::string key;               // Of a map.
  Op op = Op::kEqual;
  Value value;
};

struct Filter {
  std::optional<Node> condition;
  std::string words;  // Words without a field, to be searched for, as they were typed and between spaces.
  // Whether a field is asked for anywhere.
  bool Names(std::string_view field) const;
};

// OR binds before AND, and words beside each other are ANDed, as AIP-160 has it. A comparison with a value that is not
// there is false; `!=` is what `=` is not, and so is NOT. INVALID_ARGUMENT with every violation, its field being
// `request_field`: FILTER_SYNTAX, FILTER_FIELD_UNKNOWN, FILTER_OPERATOR, FILTER_VALUE, FILTER_WORD_PLACE, and the limits.
// Each says at which character.
Result<Filter> Read(std::string_view text, const Schema& schema, std::string_view request_field = "filter");

// The condition in SQL. Values are appended, the first of them being parameter `$first`; the same value twice is two.
std::string ConditionSql(const Node& node, size_t first, std::vector<Value>& values);

}  // namespace vefa::filter
