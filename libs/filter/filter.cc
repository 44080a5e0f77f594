#include "libs/filter/filter.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "libs/base/text.h"
#include "libs/filter/parser.h"

namespace vefa::filter {
namespace {

// A number as a whole; nullopt for anything else, also for what is not finite.
template <typename Number>
std::optional<Value> ReadNumber(const std::string& text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>)
    if (!std::isfinite(number)) return std::nullopt;
  return Value(number);
}

std::optional<Value> ReadTime(const std::string& text) {
  auto time = ParseTime(text.find('T') == std::string::npos ? text + "T00:00:00Z" : text);
  if (!time.ok()) return std::nullopt;
  return Value(*time);
}

std::optional<Value> ReadValue(const Field& field, const std::string& text) {
  switch (field.type) {
    case Type::kText: return Value(text);
    case Type::kInteger: return ReadNumber<int64_t>(text);
    case Type::kNumber: return ReadNumber<double>(text);
    case Type::kTime: return ReadTime(text);
    case Type::kBool:
      if (text != "true" && text != "false") return std::nullopt;
      return Value(text == "true");
    case Type::kWord:
      if (std::find(field.words.begin(), field.words.end(), text) == field.words.end()) return std::nullopt;
      return Value(text);
  }
  return std::nullopt;
}

std::string Expected(const Field& field) {
  std::string all;
  switch (field.type) {
    case Type::kText: return "Give a text.";
    case Type::kInteger: return "Give a whole number.";
    case Type::kNumber: return "Give a number, for example 12.5.";
    case Type::kTime: return "Give a time, for example \"2026-01-31T08:00:00Z\", or a day.";
    case Type::kBool: return "Give true or false.";
    case Type::kWord:
      for (std::string_view word : field.words) all += (all.empty() ? "" : ", ") + std::string(word);
      return "Give one of " + all + ".";
  }
  return all;
}

// Gives what was written its meaning, and says everything that has none.
class Checker {
 public:
  Checker(const Schema& schema, std::string_view request_field) : schema_(schema), request_field_(request_field) {}

  // Words may stand beside AND only: what a search finds is no condition of SQL.
  std::optional<Node> Check(const Written& written, bool beside_and, std::string& words) {
    switch (written.kind) {
      case Written::Kind::kWord:
        if (beside_and) {
          words += (words.empty() ? "" : " ") + written.subject.text;
        } else {
          Say(written.subject, "FILTER_WORD_PLACE", "Name the field it is of; words to search for stand beside AND only.");
        }
        return std::nullopt;
      case Written::Kind::kCompare: return Compare(written);
      case Written::Kind::kAnd: return Join(Node::Kind::kAnd, written, beside_and, words);
      case Written::Kind::kOr: return Join(Node::Kind::kOr, written, false, words);
      case Written::Kind::kNot: return Join(Node::Kind::kNot, written, false, words);
    }
    return std::nullopt;
  }
  std::vector<Violation>& violations() { return violations_; }

 private:
  std::optional<Node> Join(Node::Kind kind, const Written& written, bool beside_and, std::string& words) {
    Node node;
    node.kind = kind;
    for (const Written& term : written.terms)
      if (auto checked = Check(term, beside_and, words)) node.terms.push_back(*std::move(checked));
    if (node.terms.empty()) return std::nullopt;
    if (node.terms.size() == 1 && kind != Node::Kind::kNot) return std::move(node.terms.front());
    return node;
  }

  std::optional<Node> Compare(const Written& written) {
    Node node;
    node.kind = Node::Kind::kCompare;
    const std::string& name = written.subject.text;
    for (const Field& field : schema_) {
      const bool in_map = field.is_map && name.size() > field.name.size() + 1 && name.starts_with(field.name) && name[field.name.size()] == '.';
      if (!in_map && (field.is_map || name != field.name)) continue;
      node.field = &field;
      if (in_map) node.key = name.substr(field.name.size() + 1);
    }
    if (node.field == nullptr) {
      Say(written.subject, "FILTER_FIELD_UNKNOWN", "Ask for one of " + Names() + ".");
      return std::nullopt;
    }
    node.op = written.op;
    if ((node.field->ops & Bit(node.op)) == 0) {
      Say(written.subject, "FILTER_OPERATOR", "This field cannot be compared in this way.");
      return std::nullopt;
    }
    if (node.op == Op::kHas && written.value.kind == Token::Kind::kWord && written.value.text == "*") {
      node.kind = Node::Kind::kPresent;
      return node;
    }
    auto value = ReadValue(*node.field, written.value.text);
    if (!value) {
      Say(written.value, "FILTER_VALUE", Expected(*node.field));
      return std::nullopt;
    }
    node.value = *std::move(value);
    return node;
  }

  std::string Names() const {
    std::string all;
    for (const Field& field : schema_) all += (all.empty() ? "" : ", ") + std::string(field.name) + (field.is_map ? ".KEY" : "");
    return all;
  }
  void Say(const Token& where, const char* reason, const std::string& description) {
    if (violations_.size() < kViolationsMax) violations_.push_back(At(where.at, request_field_, reason, description));
  }

  const Schema& schema_;
  const std::string_view request_field_;
  std::vector<Violation> violations_;
};

bool NodeNames(const Node& node, std::string_view field) {
  if (node.field != nullptr && node.field->name == field) return true;
  return std::any_of(node.terms.begin(), node.terms.end(), [&](const Node& term) { return NodeNames(term, field); });
}

}  // namespace

bool Filter::Names(std::string_view field) const { return condition && NodeNames(*condition, field); }

Result<Filter> Read(std::string_view text, const Schema& schema, std::string_view request_field) {
  if (text.size() > kBytesMax)
    return Violations({{std::string(request_field), "FILTER_TOO_LONG", "Write at most 2,000 bytes."}});
  if (!IsUtf8(text))
    return Violations({{std::string(request_field), "FILTER_SYNTAX", "Give text in UTF-8 without NUL."}});
  Parsed parsed = Parse(text, request_field);
  if (parsed.broken) return Violations({*std::move(parsed.broken)});
  Filter filter;
  if (!parsed.tree) return filter;
  Checker checker(schema, request_field);
  filter.condition = checker.Check(*parsed.tree, true, filter.words);
  if (!checker.violations().empty()) return Violations(std::move(checker.violations()));
  return filter;
}

}  // namespace vefa::filter
