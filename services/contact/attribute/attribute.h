#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"

// The tenant's own fields of contacts: definitions, values, and whether these fit those. Pure.
namespace vefa::contact {

struct Money {
  std::string currency;  // ISO 4217
  int64_t units = 0;
  int32_t nanos = 0;  // Billionths, of the same sign.
  bool operator==(const Money&) const = default;
};
struct Date {
  int32_t days = 0;  // Since 1970-01-01.
  bool operator==(const Date&) const = default;
};
using Choices = std::vector<std::string>;
// A text also stands for a choice and for a reference.
using AttributeValue = std::variant<std::string, double, bool, Money, Date, Choices>;
using Attributes = std::map<std::string, AttributeValue>;

// The numbers of AttributeDefinition.Type of the contract, and of the table.
enum class AttributeType : int16_t {
  kNone = 0, kText = 1, kNumber = 2, kMoney = 3, kDate = 4, kBoolean = 5, kChoice = 6, kChoices = 7, kReference = 8
};

struct AttributeOption {
  std::string code;
  std::string title;
};

struct AttributeDefinition {
  std::string key;
  std::string title;
  AttributeType type = AttributeType::kNone;
  bool personal = true;  // PERSONAL or SPECIAL: its values travel in boxes only.
  int16_t privacy = 0;   // The number of vefa.options.v1.Privacy.
  std::vector<AttributeOption> options;
  std::optional<double> minimum, maximum;
  int32_t length_max = 0;  // Characters.
  std::string reference_collection;
  std::optional<AttributeValue> default_value;
  std::optional<Time> archive_time;
  int64_t version = 0;
  Time create_time{};
};
// By key.
using AttributeDefinitions = std::map<std::string, AttributeDefinition, std::less<>>;

inline constexpr size_t kAttributesMax = 100;   // Of one contact.
inline constexpr size_t kDefinitionsMax = 200;  // Of one tenant.

// Whether a class of vefa.options.v1.Privacy keeps values out of everything but boxes: all do but NONE and PSEUDONYMOUS.
inline bool IsPersonalClass(int16_t privacy) { return privacy != 1 && privacy != 2; }

// Whether a text may be a key or an option's code.
bool IsKey(std::string_view text);

// Completes a definition (bounds that are not said) and adds what is wrong with it to `violations`.
void Normalise(AttributeDefinition& definition, std::string_view prefix, std::vector<Violation>& violations);
// The same for one that replaces `before`: what is used already may not be taken away.
void NormaliseChange(const AttributeDefinition& before, AttributeDefinition& after, std::string_view prefix,
                     std::vector<Violation>& violations);

// Brings a value to its stored form and adds what keeps it from being one of the definition's, as `field`.
void NormaliseValue(const AttributeDefinition& definition, AttributeValue& value, const std::string& field,
                    std::vector<Violation>& violations);
// The same for those of `values` that are not equal to `before`'s: what is there may stay when its definition changes or
// ends. A key without a definition is `ATTRIBUTE_UNKNOWN`.
void NormaliseValues(const AttributeDefinitions& definitions, const Attributes& before, Attributes& values,
                     std::string_view prefix, std::vector<Violation>& violations);
// Gives a new contact the defaults of what it has no value for.
void AddDefaults(const AttributeDefinitions& definitions, Attributes& values);
// Whether values under this key travel in boxes only; so does what has no definition.
bool IsPersonal(const AttributeDefinitions& definitions, std::string_view key);

// As stored: one JSON object, its values of a shape that says which they are.
std::string ToJson(const Attributes& values);
// What is not of such a shape is left out: it was never written here.
Attributes AttributesFromJson(std::string_view json);

}  // namespace vefa::contact
