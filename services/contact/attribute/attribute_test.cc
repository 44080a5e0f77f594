#include "services/contact/attribute/attribute.h"

#include <gtest/gtest.h>

#include <cmath>

#include "services/contact/attribute/attribute_proto.h"

namespace vefa::contact {
namespace {

AttributeDefinition Defined(AttributeType type) {
  AttributeDefinition definition;
  definition.key = "size";
  definition.title = "Size";
  definition.type = type;
  definition.privacy = 1;
  definition.personal = false;
  if (type == AttributeType::kChoice || type == AttributeType::kChoices)
    definition.options = {{"small", "Small"}, {"large", "Large"}};
  if (type == AttributeType::kReference) definition.reference_collection = "organizations";
  return definition;
}

std::string Wrong(AttributeDefinition definition) {
  std::vector<Violation> violations;
  Normalise(definition, "d.", violations);
  std::string all;
  for (const Violation& each : violations) all += each.field + " " + each.reason + ";";
  return all;
}

std::string Wrong(AttributeType type, AttributeValue value) {
  AttributeDefinition definition = Defined(type);
  definition.minimum = type == AttributeType::kNumber ? std::optional(1.0) : std::nullopt;
  std::vector<Violation> violations;
  Normalise(definition, "", violations);
  NormaliseValue(definition, value, "v", violations);
  return violations.empty() ? "" : violations.front().reason;
}

TEST(Attribute, EveryTypeCanBeDefined) {
  for (int type = 1; type <= 8; ++type) EXPECT_EQ(Wrong(Defined(static_cast<AttributeType>(type))), "") << type;
}

TEST(Attribute, ABadDefinitionHearsEverythingAtOnce) {
  AttributeDefinition bad;
  bad.key = "Size";
  bad.minimum = 2;
  bad.length_max = -1;
  bad.reference_collection = "x";
  EXPECT_EQ(Wrong(bad),
            "d.key KEY_SYNTAX;d.title REQUIRED;d.type REQUIRED;d.privacy REQUIRED;d.minimum BOUNDS_NOT_OF_TYPE;"
            "d.length_max OUT_OF_RANGE;d.reference_collection COLLECTION;");
  AttributeDefinition choice = Defined(AttributeType::kChoice);
  choice.options.push_back({"small", ""});
  EXPECT_EQ(Wrong(choice), "d.options[2].code OPTION_REPEATED;d.options[2].title REQUIRED;");
  AttributeDefinition number = Defined(AttributeType::kNumber);
  number.minimum = 3;
  number.maximum = 2;
  number.default_value = std::string("three");
  EXPECT_EQ(Wrong(number), "d.maximum OUT_OF_RANGE;d.default_value ATTRIBUTE_TYPE;");
}

TEST(Attribute, ValuesAreHeldToTheirDefinition) {
  EXPECT_EQ(Wrong(AttributeType::kText, std::string("İstanbul")), "");
  EXPECT_EQ(Wrong(AttributeType::kText, std::string(1001, 'a')), "TOO_LONG");
  EXPECT_EQ(Wrong(AttributeType::kText, 1.0), "ATTRIBUTE_TYPE");
  EXPECT_EQ(Wrong(AttributeType::kNumber, 0.5), "OUT_OF_RANGE");
  EXPECT_EQ(Wrong(AttributeType::kNumber, std::nan("")), "NUMBER_SYNTAX");
  EXPECT_EQ(Wrong(AttributeType::kMoney, Money{"TRY", 12, 500'000'000}), "");
  EXPECT_EQ(Wrong(AttributeType::kMoney, Money{"try", 12, 0}), "CURRENCY_SYNTAX");
  EXPECT_EQ(Wrong(AttributeType::kMoney, Money{"TRY", 12, -1}), "MONEY_SYNTAX");
  EXPECT_EQ(Wrong(AttributeType::kMoney, Money{"TRY", 0, 1'000'000'000}), "MONEY_SYNTAX");
  EXPECT_EQ(Wrong(AttributeType::kChoice, std::string("small")), "");
  EXPECT_EQ(Wrong(AttributeType::kChoice, std::string("middle")), "CHOICE_UNKNOWN");
  EXPECT_EQ(Wrong(AttributeType::kChoices, Choices{"small", "middle"}), "CHOICE_UNKNOWN");
  EXPECT_EQ(Wrong(AttributeType::kReference, std::string("contacts/1")), "REFERENCE_SYNTAX");
  EXPECT_EQ(Wrong(AttributeType::kReference, std::string("organizations/0197f0aa-0000-7000-8000-000000000001")), "");
}

TEST(Attribute, ADateIsOneThatExists) {
  auto read = [](int year, int month, int day) -> std::string {
    google::protobuf::Map<std::string, v1::AttributeValue> proto;
    auto& date = *proto["born"].mutable_date();
    date.set_year(year);
    date.set_month(month);
    date.set_day(day);
    std::vector<Violation> violations;
    Attributes values = FromProto(proto, "contact.", violations);
    return violations.empty() ? std::to_string(std::get<Date>(values.at("born")).days) : violations.front().field + " " + violations.front().reason;
  };
  EXPECT_EQ(read(1970, 1, 1), "0");
  EXPECT_EQ(read(2024, 2, 29), "19782");
  EXPECT_EQ(read(1, 1, 1), "-719162");
  EXPECT_EQ(read(9999, 12, 31), "2932896") << "a day to come is one: a contract ends then";
  struct {
    int year, month, day;
  } const bad[] = {{2025, 2, 30}, {2025, 2, 29}, {1900, 2, 29}, {0, 1, 1}, {10000, 1, 1}, {-1, 1, 1}, {67561, 1, 1}, {2025, 0, 1}, {2025, 1, 0},
                   {2025, 13, 1}, {2025, 257, 1}, {2025, 1, 257}, {2025, -255, 1}, {0, 0, 0}};
  for (const auto& each : bad)
    EXPECT_EQ(read(each.year, each.month, each.day), "contact.attributes.born DATE_INVALID") << each.year << "-" << each.month << "-" << each.day;
}

TEST(Attribute, ChoicesStandOnceInTheOrderOfTheOptions) {
  AttributeValue value = Choices{"large", "small", "large"};
  std::vector<Violation> violations;
  NormaliseValue(Defined(AttributeType::kChoices), value, "v", violations);
  EXPECT_EQ(std::get<Choices>(value), (Choices{"small", "large"}));
}

TEST(Attribute, WhatIsThereMayStayWhenItsDefinitionEnds) {
  AttributeDefinitions definitions{{"size", Defined(AttributeType::kChoice)}};
  definitions["size"].archive_time = Time{};
  Attributes before{{"size", std::string("small")}};
  Attributes same = before, other{{"size", std::string("large")}}, unknown{{"colour", std::string("red")}};
  auto reason = [&](Attributes& values) {
    std::vector<Violation> violations;
    NormaliseValues(definitions, before, values, "contact.", violations);
    return violations.empty() ? "" : violations.front().field + " " + violations.front().reason;
  };
  EXPECT_EQ(reason(same), "");
  EXPECT_EQ(reason(other), "contact.attributes.size ATTRIBUTE_ARCHIVED");
  EXPECT_EQ(reason(unknown), "contact.attributes.colour ATTRIBUTE_UNKNOWN");
  EXPECT_TRUE(IsPersonal(definitions, "colour"));
  EXPECT_FALSE(IsPersonal(definitions, "size"));
}

TEST(Attribute, OptionsThatWerePublishedStay) {
  AttributeDefinition before = Defined(AttributeType::kChoice), after = before;
  after.options = {{"large", "Large"}, {"huge", "Huge"}};
  std::vector<Violation> violations;
  NormaliseChange(before, after, "", violations);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].reason, "OPTION_REMOVED");
}

TEST(Attribute, WhatIsStoredIsReadAsItWas) {
  Attributes values{{"text", std::string("Işık \"a\"\n")}, {"number", -1e-9}, {"whole", 42.0}, {"yes", true},
                    {"money", Money{"EUR", -3, -500'000'000}}, {"day", Date{-719162}}, {"choices", Choices{"a", "b"}},
                    {"none", Choices{}}};
  EXPECT_EQ(AttributesFromJson(ToJson(values)), values);
  EXPECT_EQ(ToJson({}), "{}");
  EXPECT_TRUE(AttributesFromJson("nonsense").empty());
}

}  // namespace
}  // namespace vefa::contact
