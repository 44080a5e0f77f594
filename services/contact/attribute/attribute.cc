#include "services/contact/attribute/attribute.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "libs/base/id.h"
#include "libs/base/text.h"
#include "libs/text/name.h"

namespace vefa::contact {
namespace {

constexpr size_t kKeyMax = 63;
constexpr size_t kTitleMax = 100;       // characters
constexpr int32_t kTextMax = 1000;      // characters
constexpr size_t kOptionsMax = 200;
constexpr int32_t kNanosMax = 999'999'999;

// What is wrong, said of one thing.
class Complaints {
 public:
  Complaints(std::string_view prefix, std::vector<Violation>& violations) : prefix_(prefix), violations_(violations) {}
  void Unless(bool holds, std::string_view field, const char* reason, const char* description) {
    if (!holds) violations_.push_back({prefix_ + std::string(field), reason, description});
  }
  // A text that people read.
  void Title(std::string& title, std::string_view field) {
    if (!IsUtf8(title)) return Unless(false, field, "NOT_UTF8", "Give text in UTF-8 without NUL.");
    title = text::Tidied(title);
    Unless(!title.empty(), field, "REQUIRED", "Give the words that people read.");
    Unless(Utf8Length(title) <= kTitleMax, field, "TOO_LONG", "Give at most 100 characters.");
    Unless(!text::HidesSigns(title), field, "CONTROL_CHARACTER", "Leave out control characters and marks of direction.");
  }

 private:
  const std::string prefix_;
  std::vector<Violation>& violations_;
};

bool HasOptions(AttributeType type) { return type == AttributeType::kChoice || type == AttributeType::kChoices; }

size_t PlaceOf(const std::vector<AttributeOption>& options, std::string_view code) {
  size_t place = 0;
  while (place < options.size() && options[place].code != code) ++place;
  return place;
}

bool HasOption(const AttributeDefinition& definition, std::string_view code) {
  return PlaceOf(definition.options, code) < definition.options.size();
}

bool IsCurrency(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool IsMoney(const Money& money) {
  bool same_sign = money.nanos == 0 || money.units == 0 || (money.nanos > 0) == (money.units > 0);
  return same_sign && std::abs(money.nanos) <= kNanosMax;
}

// Whether the value is of the kind that the type wants.
bool IsOf(AttributeType type, const AttributeValue& value) {
  switch (type) {
    case AttributeType::kText: case AttributeType::kChoice: case AttributeType::kReference: return value.index() == 0;
    case AttributeType::kNumber: return value.index() == 1;
    case AttributeType::kBoolean: return value.index() == 2;
    case AttributeType::kMoney: return value.index() == 3;
    case AttributeType::kDate: return value.index() == 4;
    case AttributeType::kChoices: return value.index() == 5;
    case AttributeType::kNone: return false;
  }
  return false;
}

void NormaliseText(const AttributeDefinition& definition, std::string& value, const std::string& field, Complaints& say) {
  if (!IsUtf8(value)) return say.Unless(false, field, "NOT_UTF8", "Give text in UTF-8 without NUL.");
  value = text::Tidied(value);
  say.Unless(!text::HidesSigns(value), field, "CONTROL_CHARACTER", "Leave out control characters and marks of direction.");
  if (definition.type == AttributeType::kChoice)
    return say.Unless(HasOption(definition, value), field, "CHOICE_UNKNOWN", "Give the code of one of the options.");
  if (definition.type == AttributeType::kReference)
    return say.Unless(ParseResourceName(definition.reference_collection, value).ok(), field, "REFERENCE_SYNTAX",
                      "Give the name of a resource of the collection that the definition names.");
  say.Unless(static_cast<int64_t>(Utf8Length(value)) <= definition.length_max, field, "TOO_LONG",
             "Give at most as many characters as the definition allows.");
}

void NormaliseNumber(const AttributeDefinition& definition, double value, const std::string& field, Complaints& say) {
  say.Unless(std::isfinite(value), field, "NUMBER_SYNTAX", "Give a number that is finite.");
  bool fits = value >= definition.minimum.value_or(value) && value <= definition.maximum.value_or(value);
  say.Unless(!std::isfinite(value) || fits, field, "OUT_OF_RANGE", "Give a number within the definition's bounds.");
}

// Each once, in the order of the options.
void NormaliseChoices(const AttributeDefinition& definition, Choices& values, const std::string& field,
                      Complaints& say) {
  for (const std::string& code : values)
    say.Unless(HasOption(definition, code), field, "CHOICE_UNKNOWN", "Give codes of the options.");
  auto place = [&](const std::string& code) { return PlaceOf(definition.options, code); };
  std::sort(values.begin(), values.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

void NormaliseOptions(AttributeDefinition& definition, Complaints& say) {
  if (!HasOptions(definition.type))
    return say.Unless(definition.options.empty(), "options", "OPTIONS_NOT_OF_TYPE", "Only choices have options.");
  say.Unless(!definition.options.empty(), "options", "REQUIRED", "Give the values that may be chosen.");
  say.Unless(definition.options.size() <= kOptionsMax, "options", "TOO_MANY", "Give at most 200 options.");
  std::set<std::string> seen;
  for (size_t i = 0; i < definition.options.size() && i < kOptionsMax; ++i) {
    AttributeOption& option = definition.options[i];
    const std::string at = "options[" + std::to_string(i) + "].";
    say.Unless(IsKey(option.code), at + "code", "KEY_SYNTAX",
               "Give 1-63 lower-case letters, digits and underscores, a letter first.");
    say.Unless(seen.insert(option.code).second, at + "code", "OPTION_REPEATED", "Give each code once.");
    say.Title(option.title, at + "title");
  }
}

void NormaliseBounds(AttributeDefinition& definition, Complaints& say) {
  bool number = definition.type == AttributeType::kNumber;
  say.Unless(number || (!definition.minimum && !definition.maximum), "minimum", "BOUNDS_NOT_OF_TYPE",
             "Only numbers have bounds.");
  say.Unless(!definition.minimum || !definition.maximum || *definition.minimum <= *definition.maximum, "maximum",
             "OUT_OF_RANGE", "Give a maximum that is not below the minimum.");
  bool text = definition.type == AttributeType::kText;
  say.Unless(definition.length_max >= 0 && definition.length_max <= kTextMax && (text || definition.length_max == 0),
             "length_max", "OUT_OF_RANGE", "Give at most 1,000 characters, and of a text only.");
  if (text && definition.length_max == 0) definition.length_max = kTextMax;
  bool reference = definition.type == AttributeType::kReference;
  say.Unless(reference != definition.reference_collection.empty(), "reference_collection", "COLLECTION",
             "Give the collection of a reference, for example organizations, and of nothing else.");
}

}  // namespace

bool IsKey(std::string_view text) {
  return !text.empty() && text.size() <= kKeyMax && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void Normalise(AttributeDefinition& definition, std::string_view prefix, std::vector<Violation>& violations) {
  Complaints say(prefix, violations);
  say.Unless(IsKey(definition.key), "key", "KEY_SYNTAX",
             "Give 1-63 lower-case letters, digits and underscores, a letter first.");
  say.Title(definition.title, "title");
  say.Unless(definition.type != AttributeType::kNone, "type", "REQUIRED", "Say what the values are, for example TYPE_TEXT.");
  say.Unless(definition.privacy != 0, "privacy", "REQUIRED", "Say how private the values are, for example PRIVACY_PERSONAL.");
  NormaliseOptions(definition, say);
  NormaliseBounds(definition, say);
  if (definition.default_value)
    NormaliseValue(definition, *definition.default_value, std::string(prefix) + "default_value", violations);
}

void NormaliseChange(const AttributeDefinition& before, AttributeDefinition& after, std::string_view prefix,
                     std::vector<Violation>& violations) {
  Normalise(after, prefix, violations);
  Complaints say(prefix, violations);
  for (const AttributeOption& option : before.options)
    say.Unless(HasOption(after, option.code), "options", "OPTION_REMOVED",
               "Keep every option that was published: contacts may have it.");
}

void NormaliseValue(const AttributeDefinition& definition, AttributeValue& value, const std::string& field,
                    std::vector<Violation>& violations) {
  Complaints say("", violations);
  if (!IsOf(definition.type, value))
    return say.Unless(false, field, "ATTRIBUTE_TYPE", "Give a value of the type that the definition names.");
  if (auto* text = std::get_if<std::string>(&value)) NormaliseText(definition, *text, field, say);
  if (auto* number = std::get_if<double>(&value)) NormaliseNumber(definition, *number, field, say);
  if (auto* choices = std::get_if<Choices>(&value)) NormaliseChoices(definition, *choices, field, say);
  if (auto* money = std::get_if<Money>(&value)) {
    say.Unless(IsCurrency(money->currency), field, "CURRENCY_SYNTAX", "Give the currency by its ISO 4217 code, for example TRY.");
    say.Unless(IsMoney(*money), field, "MONEY_SYNTAX", "Give units and nanos of one sign, nanos within a billion.");
  }
}

void NormaliseValues(const AttributeDefinitions& definitions, const Attributes& before, Attributes& values,
                     std::string_view prefix, std::vector<Violation>& violations) {
  Complaints say(prefix, violations);
  say.Unless(values.size() <= kAttributesMax, "attributes", "TOO_MANY", "Give at most 100 attributes.");
  for (auto& [key, value] : values) {
    auto known = before.find(key);
    if (known != before.end() && known->second == value) continue;
    const std::string field = "attributes." + key;
    auto definition = definitions.find(key);
    if (definition == definitions.end()) {
      say.Unless(false, field, "ATTRIBUTE_UNKNOWN", "Define the attribute first, or check its key.");
    } else if (definition->second.archive_time) {
      say.Unless(false, field, "ATTRIBUTE_ARCHIVED", "This attribute takes no new values; leave it out.");
    } else {
      NormaliseValue(definition->second, value, std::string(prefix) + field, violations);
    }
  }
}

void AddDefaults(const AttributeDefinitions& definitions, Attributes& values) {
  for (const auto& [key, definition] : definitions)
    if (definition.default_value && !definition.archive_time) values.emplace(key, *definition.default_value);
}

bool IsPersonal(const AttributeDefinitions& definitions, std::string_view key) {
  auto definition = definitions.find(key);
  return definition == definitions.end() || definition->second.personal;
}

}  // namespace vefa::contact
