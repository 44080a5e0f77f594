// From a checked condition to SQL: fragments of the program and parameters, never a character of what was typed.
#include "libs/filter/filter.h"

namespace vefa::filter {
namespace {

class Writer {
 public:
  Writer(size_t first, std::vector<Value>& values) : next_(first), values_(values) {}

  std::string Write(const Node& node) {
    switch (node.kind) {
      case Node::Kind::kAnd: return Joined(node, " AND ");
      case Node::Kind::kOr: return Joined(node, " OR ");
      // What is not known to be true is false here, and so its contrary true. (Of AND and OR over comparisons SQL's three
      // values come to the same.)
      case Node::Kind::kNot: return "NOT coalesce(" + Write(node.terms.front()) + ", false)";
      case Node::Kind::kPresent:
        return node.field->present_sql.empty() ? "(" + Filled(node.field->sql, node) + " IS NOT NULL)" : "(" + Filled(node.field->present_sql, node) + ")";
      case Node::Kind::kCompare: return "(" + Compared(node) + ")";
    }
    return "false";
  }

 private:
  std::string Joined(const Node& node, const char* word) {
    std::string sql = "(";
    for (const Node& term : node.terms) sql += (&term == node.terms.data() ? "" : word) + Write(term);
    return sql + ")";
  }

  std::string Compared(const Node& node) {
    if (node.op == Op::kHas && !node.field->has_sql.empty()) return Filled(node.field->has_sql, node);
    const std::string value = Filled(node.field->sql, node);
    switch (node.op) {
      case Op::kEqual: return value + " = " + Bound(node.value);
      // A value that is not there is another one.
      case Op::kNotEqual: return value + " IS DISTINCT FROM " + Bound(node.value);
      case Op::kLess: return value + " < " + Bound(node.value);
      case Op::kLessOrEqual: return value + " <= " + Bound(node.value);
      case Op::kGreater: return value + " > " + Bound(node.value);
      case Op::kGreaterOrEqual: return value + " >= " + Bound(node.value);
      case Op::kHas:
        return node.field->type == Type::kText ? "strpos(" + value + ", " + Bound(node.value) + ") > 0"
                                               : value + " = " + Bound(node.value);
    }
    return "false";
  }

  // The program's SQL with its parameters.
  std::string Filled(std::string_view sql, const Node& node) {
    std::string filled;
    while (!sql.empty()) {
      const size_t open = std::min(sql.find('{'), sql.size());
      filled += sql.substr(0, open);
      sql.remove_prefix(open);
      if (sql.starts_with("{key}")) {
        filled += Bound(node.key);
        sql.remove_prefix(5);
      } else if (sql.starts_with("{value}")) {
        filled += Bound(node.value);
        sql.remove_prefix(7);
      } else if (!sql.empty()) {
        filled += sql.front();
        sql.remove_prefix(1);
      }
    }
    return filled;
  }
  std::string Bound(Value value) {
    values_.push_back(std::move(value));
    return "$" + std::to_string(next_++);
  }

  size_t next_;
  std::vector<Value>& values_;
};

}  // namespace

std::string ConditionSql(const Node& node, size_t first, std::vector<Value>& values) { return Writer(first, values).Write(node); }

}  // namespace vefa::filter
