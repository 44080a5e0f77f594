// A filter as anybody may write it. What is taken is within the limits and becomes SQL in which nothing of the text stands;
// what is refused is said with a place inside the text.
#include <algorithm>
#include <string>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "libs/filter/filter.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

const filter::Schema& Fields() {
  static const filter::Schema schema{
      {.name = "a", .sql = "t.a"},
      {.name = "n", .type = filter::Type::kInteger, .sql = "t.n"},
      {.name = "d", .type = filter::Type::kNumber, .sql = "t.d"},
      {.name = "b", .type = filter::Type::kBool, .sql = "t.b", .ops = filter::kEquality},
      {.name = "t", .type = filter::Type::kTime, .sql = "t.t"},
      {.name = "w", .type = filter::Type::kWord, .sql = "t.w", .words = {"x", "y"}},
      {.name = "m", .sql = "t.m ->> {key}", .is_map = true},
  };
  return schema;
}

struct Size {
  int compared = 0, values = 0, depth = 0;
};
void Measure(const filter::Node& node, int depth, Size& size) {
  size.depth = std::max(size.depth, depth);
  const bool compares = node.kind == filter::Node::Kind::kCompare;
  if (compares || node.kind == filter::Node::Kind::kPresent) {
    VEFA_CHECK(node.field != nullptr && node.terms.empty() && node.key.empty() != node.field->is_map);
    ++size.compared;
    size.values += (compares ? 1 : 0) + (node.field->is_map ? 1 : 0);
  } else {
    VEFA_CHECK(node.kind == filter::Node::Kind::kNot ? node.terms.size() == 1 : node.terms.size() > 1);
  }
  for (const filter::Node& term : node.terms) Measure(term, depth + 1, size);
}

void CheckSql(const filter::Node& node, size_t values_expected) {
  std::vector<filter::Value> values;
  const std::string sql = filter::ConditionSql(node, 2, values);
  VEFA_CHECK(values.size() == values_expected);
  int depth = 0;
  for (size_t at = 0; at < sql.size(); ++at) {
    const char c = sql[at];
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    VEFA_CHECK(depth >= 0 && c >= ' ' && c <= '~' && c != '\'' && c != '"' && c != ';' && c != '{');
    VEFA_CHECK(c != '-' || sql.substr(at, 3) == "->>");
  }
  VEFA_CHECK(depth == 0);
}

void CheckFilter(std::string_view text) {
  auto filter = filter::Read(text, Fields());
  if (!filter.ok()) {
    const auto& violations = filter.error().violations;
    VEFA_CHECK(!violations.empty() && violations.size() <= filter::kViolationsMax);
    for (const Violation& violation : violations) {
      VEFA_CHECK(violation.field == "filter" && violation.reason.starts_with("FILTER_"));
      const size_t at = violation.description.rfind("At character ");
      if (at != std::string::npos) VEFA_CHECK(std::stoul(violation.description.substr(at + 13)) <= Utf8Length(text) + 1);
    }
    return;
  }
  VEFA_CHECK(IsUtf8(text) && text.size() <= filter::kBytesMax && IsUtf8(filter->words));
  if (!filter->condition) return;
  Size size;
  Measure(*filter->condition, 0, size);
  VEFA_CHECK(size.compared <= filter::kTermsMax && size.depth <= 3 * filter::kDepthMax + 3);
  CheckSql(*filter->condition, static_cast<size_t>(size.values));
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vefa::fuzz::CheckFilter(vefa::fuzz::Bytes(data, size).rest());
  return 0;
}
