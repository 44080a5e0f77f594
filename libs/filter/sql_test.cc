// Random filters as text, run on PostgreSQL, give the rows that an interpreter of what was meant finds in memory.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>

#include "libs/base/text.h"
#include "libs/filter/filter.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"

namespace vefa::filter {
namespace {

struct Row {
  int64_t id = 0;
  std::optional<std::string> name, word, colour;
  std::optional<int64_t> version;
  std::optional<double> weight;
  std::optional<bool> good;
  std::optional<Time> time;
};

const Schema& Fields() {
  static const Schema schema{
      {.name = "name", .sql = "t.name"},
      {.name = "word", .type = Type::kWord, .sql = "t.word", .ops = kEquality | kHasBit, .words = {"tr", "en"}},
      {.name = "version", .type = Type::kInteger, .sql = "t.version"},
      {.name = "weight", .type = Type::kNumber, .sql = "t.weight"},
      {.name = "good", .type = Type::kBool, .sql = "t.good", .ops = kEquality | kHasBit},
      {.name = "time", .type = Type::kTime, .sql = "t.time"},
      {.name = "attributes", .sql = "(t.attributes ->> {key}) COLLATE \"C\"", .is_map = true},
  };
  return schema;
}

postgres::Params Bound(const std::vector<Value>& values) {
  postgres::Params params;
  for (const Value& value : values) std::visit([&](const auto& one) { params.push_back(postgres::Bind(one)); }, value);
  return params;
}

// What is meant, as text and as a function.
struct Meant {
  std::string text;
  std::function<bool(const Row&)> holds;
};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  Meant Any(int depth) {
    const unsigned kind = depth == 0 ? 0 : Below(5);
    if (kind < 2) return Comparison();
    if (kind == 2) {
      Meant inner = Any(depth - 1);
      auto holds = inner.holds;
      return {(Below(2) == 0 ? "NOT (" : "-(") + inner.text + ")", [holds](const Row& row) { return !holds(row); }};
    }
    Meant one = Any(depth - 1), other = Any(depth - 1);
    auto a = one.holds, b = other.holds;
    const char* word = kind == 3 ? (Below(2) == 0 ? ") AND (" : ") (") : ") OR (";
    return {"(" + one.text + word + other.text + ")",
            [a, b, kind](const Row& row) { return kind == 3 ? a(row) && b(row) : a(row) || b(row); }};
  }
  Row MakeRow(int64_t id) {
    Row row;
    row.id = id;
    if (Below(3) > 0) row.name = Text();
    if (Below(3) > 0) row.word = Below(2) == 0 ? "tr" : "en";
    if (Below(3) > 0) row.colour = Text();
    if (Below(3) > 0) row.version = static_cast<int64_t>(Below(5)) - 2;
    if (Below(3) > 0) row.weight = Below(4) / 2.0;
    if (Below(3) > 0) row.good = Below(2) == 0;
    if (Below(3) > 0) row.time = Moment();
    return row;
  }

 private:
  unsigned Below(unsigned most) { return random_() % most; }
  std::string Text() {
    static const char* const kTexts[] = {"", "a", "ab", "ş", "O'Neil", "50%", "a\"b\\", "$1", "{value}"};
    return kTexts[Below(9)];
  }
  Time Moment() { return Time(std::chrono::hours(24 * Below(4))); }
  static std::string Quoted(const std::string& text) {
    std::string quoted = "\"";
    for (char c : text) quoted += (c == '"' || c == '\\' ? std::string("\\") : "") + c;
    return quoted + "\"";
  }

  template <typename T>
  Meant Compare(const std::string& field, std::optional<T> Row::*member, const T& value, const std::string& text, bool ordered) {
    if (Below(6) == 0) return {field + ":*", [member](const Row& row) { return (row.*member).has_value(); }};
    static const char* const kOps[] = {"=", "!=", ":", "<", "<=", ">", ">="};
    const unsigned op = Below(ordered ? 7 : 3);
    return {field + " " + kOps[op] + text, [member, value, op](const Row& row) {
              const std::optional<T>& stored = row.*member;
              if (op == 1) return stored != value;
              if (!stored) return false;
              if (op == 2) {
                if constexpr (std::is_same_v<T, std::string>) return stored->find(value) != std::string::npos;
              }
              return op == 0 || op == 2 ? *stored == value : op == 3 ? *stored < value : op == 4 ? *stored <= value : op == 5 ? *stored > value : *stored >= value;
            }};
  }
  Meant Comparison() {
    const std::string text = Text();
    switch (Below(7)) {
      case 0: return Compare<std::string>("name", &Row::name, text, Quoted(text), true);
      case 1: return Compare<std::string>("attributes.colour", &Row::colour, text, Quoted(text), true);
      case 2: {
        // A word is compared as a whole, also by `:`.
        const std::string word = Below(2) == 0 ? "tr" : "en";
        return Compare<std::string>("word", &Row::word, word, word, false);
      }
      case 3: {
        const int64_t number = static_cast<int64_t>(Below(5)) - 2;
        return Compare<int64_t>("version", &Row::version, number, std::to_string(number), true);
      }
      case 4: {
        const double number = Below(4) / 2.0;
        return Compare<double>("weight", &Row::weight, number, std::to_string(number), true);
      }
      case 5: {
        const bool good = Below(2) == 0;
        return Compare<bool>("good", &Row::good, good, good ? "true" : "false", false);
      }
      default: {
        const Time time = Moment();
        return Compare<Time>("time", &Row::time, time, Below(2) == 0 ? ToRfc3339(time) : Quoted(ToRfc3339(time)), true);
      }
    }
  }

  std::mt19937 random_;
};

TEST(FilterSqlTest, RowsAreThoseThatWereMeant) {
  testing::TestDatabase database({});
  database.Run("CREATE TABLE thing (id bigint PRIMARY KEY, name text COLLATE \"C\", word text, version bigint, weight double precision,"
               " good boolean, time timestamptz, attributes jsonb NOT NULL);"
               " GRANT SELECT, INSERT ON thing TO PUBLIC");
  static const postgres::Statement kInsert{
      "test_thing", "INSERT INTO thing VALUES ($1, $2, $3, $4, $5, $6, $7, jsonb_strip_nulls(jsonb_build_object('colour', $8::text)))"};
  Maker maker(3);
  std::vector<Row> rows;
  for (int id = 0; id < 60; ++id) rows.push_back(maker.MakeRow(id));
  const auto scope = postgres::Scope::Tenant(database.tenant());
  for (const Row& row : rows) {
    auto done = database.service().Run(scope, kInsert, postgres::Bound(row.id, row.name, row.word, row.version, row.weight, row.good, row.time, row.colour), Soon());
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  int some = 0;
  for (int round = 0; round < 1500; ++round) {
    const Meant meant = maker.Any(4);
    auto filter = Read(meant.text, Fields());
    if (!filter.ok()) {
      ASSERT_TRUE(filter.error().violations.front().reason == "FILTER_TOO_LONG") << meant.text << filter.error().violations.front().description;
      continue;
    }
    std::vector<Value> values;
    const std::string sql = "SELECT id FROM thing t WHERE " + ConditionSql(*filter->condition, 1, values) + " ORDER BY id";
    const postgres::Statement statement{"test_filter", sql.c_str(), true};
    auto found = database.service().Run(scope, statement, Bound(values), Soon());
    ASSERT_TRUE(found.ok()) << meant.text << " " << found.error().message;
    std::vector<int64_t> ids, expected;
    for (int i = 0; i < found->size(); ++i) ids.push_back(found->Int64(i, 0));
    for (const Row& row : rows)
      if (meant.holds(row)) expected.push_back(row.id);
    ASSERT_EQ(ids, expected) << meant.text << "\n" << sql;
    some += !ids.empty() && ids.size() < rows.size();
  }
  EXPECT_GT(some, 800) << "most filters tell some rows from others";
}

}  // namespace
}  // namespace vefa::filter
