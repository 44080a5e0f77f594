#include "libs/filter/filter.h"

#include <gtest/gtest.h>

namespace vefa::filter {
namespace {

const Schema& TestSchema() {
  static const Schema schema{
      {.name = "name", .sql = "t.name"},
      {.name = "language", .type = Type::kWord, .sql = "t.language", .ops = kEquality, .words = {"tr", "en"}},
      {.name = "version", .type = Type::kInteger, .sql = "t.version"},
      {.name = "weight", .type = Type::kNumber, .sql = "t.weight"},
      {.name = "good", .type = Type::kBool, .sql = "t.good", .ops = kEquality},
      {.name = "create_time", .type = Type::kTime, .sql = "t.create_time"},
      {.name = "tags", .sql = "t.name", .ops = kHasBit, .present_sql = "cardinality(t.tags) > 0", .has_sql = "{value} = ANY(t.tags)"},
      {.name = "attributes", .sql = "t.attributes ->> {key}", .is_map = true},
  };
  return schema;
}

std::string Sql(const std::string& text) {
  auto filter = Read(text, TestSchema());
  if (!filter.ok()) return filter.error().reason;
  if (!filter->condition) return "";
  std::vector<Value> values;
  return ConditionSql(*filter->condition, 3, values);
}

std::vector<std::string> Refused(const std::string& text) {
  auto filter = Read(text, TestSchema(), "filter");
  std::vector<std::string> reasons;
  if (filter.ok()) return reasons;
  EXPECT_EQ(filter.error().code, Code::kInvalidArgument);
  for (const Violation& violation : filter.error().violations) {
    EXPECT_EQ(violation.field, "filter");
    reasons.push_back(violation.reason + violation.description.substr(violation.description.rfind(" ")));
  }
  return reasons;
}
using Reasons = std::vector<std::string>;

TEST(FilterTest, WritesConstantSqlAndParameters) {
  EXPECT_EQ(Sql(""), "");
  EXPECT_EQ(Sql("  "), "");
  EXPECT_EQ(Sql("name = \"O'Neil; DROP\""), "(t.name = $3)");
  EXPECT_EQ(Sql("name=a AND version >= 3 OR good = true"), "((t.name = $3) AND ((t.version >= $4) OR (t.good = $5)))")
      << "OR binds before AND";
  EXPECT_EQ(Sql("(name=a AND version >= 3) OR good = true"), "(((t.name = $3) AND (t.version >= $4)) OR (t.good = $5))");
  EXPECT_EQ(Sql("NOT name != a -good=false"), "(NOT coalesce((t.name IS DISTINCT FROM $3), false) AND NOT coalesce((t.good = $4), false))");
  EXPECT_EQ(Sql("name:* name:x"), "((t.name IS NOT NULL) AND (strpos(t.name, $3) > 0))");
  EXPECT_EQ(Sql("tags:vip AND tags:*"), "(($3 = ANY(t.tags)) AND (cardinality(t.tags) > 0))");
  EXPECT_EQ(Sql("attributes.size.eu = 42"), "(t.attributes ->> $3 = $4)");
  EXPECT_EQ(Sql("create_time > 2026-01-31T08:00:00Z AND create_time < 2026-02-01"), "((t.create_time > $3) AND (t.create_time < $4))");
}

TEST(FilterTest, ValuesHaveTheTypeOfTheirField) {
  auto value = [](const std::string& text) {
    auto filter = Read(text, TestSchema());
    EXPECT_TRUE(filter.ok()) << text;
    return filter->condition->value;
  };
  EXPECT_EQ(value("name = 'it\\'s \\\\ \"'"), Value(std::string("it's \\ \"")));
  EXPECT_EQ(value("name = -5"), Value(std::string("-5")));
  EXPECT_EQ(value("version = -5"), Value(int64_t{-5}));
  EXPECT_EQ(value("weight = 1e3"), Value(1000.0));
  EXPECT_EQ(value("good = false"), Value(false));
  EXPECT_EQ(value("name = AND"), Value(std::string("AND")));
  EXPECT_EQ(value("create_time = \"1970-01-02\""), Value(Time(std::chrono::hours(24))));
}

TEST(FilterTest, WordsAreForSearchBesideAndOnly) {
  auto filter = Read("mehmet AND \"nur yılmaz\" (language = tr x@y.z)", TestSchema());
  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(filter->words, "mehmet nur yılmaz x@y.z");
  EXPECT_TRUE(filter->Names("language"));
  EXPECT_FALSE(filter->Names("name"));
  EXPECT_EQ(Refused("mehmet OR language = tr"), (Reasons{"FILTER_WORD_PLACE 1."}));
  EXPECT_EQ(Refused("NOT mehmet"), (Reasons{"FILTER_WORD_PLACE 5."}));
}

TEST(FilterTest, SaysEverythingThatIsWrongAndWhere) {
  EXPECT_EQ(Refused("shoe = 1 AND language < tr AND version = x OR language = fr"),
            (Reasons{"FILTER_FIELD_UNKNOWN 1.", "FILTER_OPERATOR 14.", "FILTER_VALUE 42.", "FILTER_VALUE 58."}));
  EXPECT_EQ(Refused("ü = ü name ="), (Reasons{"FILTER_SYNTAX 13."})) << "characters, not bytes";
  for (const char* text : {"name = ", "(name = a", "name = a)", "name = \"a", "AND", "name = a OR", "name ! a", "()", "NOT", "= a",
                           "\"name\" = a", "name = (a)", "name == a", "- "})
    EXPECT_EQ(Refused(text).size(), 1u) << text;
  EXPECT_EQ(Refused("weight = inf"), (Reasons{"FILTER_VALUE 10."}));
  EXPECT_EQ(Refused("version = 99999999999999999999"), (Reasons{"FILTER_VALUE 11."}));
  EXPECT_EQ(Refused("attributes. = 1"), (Reasons{"FILTER_FIELD_UNKNOWN 1."}));
  EXPECT_EQ(Refused("attributes = 1"), (Reasons{"FILTER_FIELD_UNKNOWN 1."}));
  EXPECT_EQ(Refused("name = \xFF"), (Reasons{"FILTER_SYNTAX NUL."}));
}

TEST(FilterTest, HasLimits) {
  EXPECT_EQ(Refused(std::string(kBytesMax + 1, ' ')), (Reasons{"FILTER_TOO_LONG bytes."}));
  EXPECT_TRUE(Refused(std::string(kBytesMax, ' ')).empty());
  auto nested = [](int depth) { return std::string(static_cast<size_t>(depth), '(') + "good=true" + std::string(static_cast<size_t>(depth), ')'); };
  EXPECT_TRUE(Refused(nested(kDepthMax)).empty());
  EXPECT_EQ(Refused(nested(kDepthMax + 1)), (Reasons{"FILTER_TOO_DEEP 21."}));
  EXPECT_EQ(Refused(std::string(500, '-') + "a").size(), 1u);
  std::string many;
  for (int n = 0; n < kTermsMax; ++n) many += "good=true ";
  EXPECT_TRUE(Refused(many).empty());
  EXPECT_EQ(Refused(many + "good=true"), (Reasons{"FILTER_TOO_MANY_TERMS 501."}));
  std::string wrong;
  for (int n = 0; n < 20; ++n) wrong += "shoe=1 ";
  EXPECT_EQ(Refused(wrong).size(), kViolationsMax);
}

}  // namespace
}  // namespace vefa::filter
