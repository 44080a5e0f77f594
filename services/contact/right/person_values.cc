#include "services/contact/right/person_values.h"

#include <google/protobuf/timestamp.pb.h>
#include <google/type/date.pb.h>
#include <google/type/money.pb.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "libs/base/id.h"
#include "libs/base/text.h"
#include "libs/rpc/time.h"
#include "services/contact/right/limit_store.h"
#include "services/contact/right/person_titles.h"
#include "services/contact/right/person_words.h"

namespace vefa::contact {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kUuidLetters = 36;
// Fields whose text is a word of ours; those whose code says something, titled or not; those that say who of ours it was.
constexpr std::string_view kOfOurWords[] = {"action", "capture_source", "service"};
constexpr std::string_view kCodes[] = {"definition", "persona", "rule"};
constexpr std::string_view kPrincipals[] = {"actor", "author", "editor", "identity_checked_by", "lifted_by", "manager", "owner", "set_by",
                                            "undo_actor", "users"};

template <size_t N>
bool IsOneOf(const std::string_view (&names)[N], std::string_view name) {
  return std::ranges::find(names, name) != std::ranges::end(names);
}

std::string Fraction(double number) {
  char digits[64];
  std::snprintf(digits, sizeof digits, "%.2f", number);
  std::string text = digits;
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string MoneyText(const google::type::Money& money) {
  const bool negative = money.units() < 0 || money.nanos() < 0;
  char digits[32];
  std::snprintf(digits, sizeof digits, "%09d", std::abs(money.nanos()));
  std::string cents = digits;
  while (cents.size() > 2 && cents.ends_with('0')) cents.pop_back();
  return (negative ? "-" : "") + std::to_string(std::abs(money.units())) + "." + cents + " " + money.currency_code();
}

// A moment, a day or money.
std::string PartText(const Message& message) {
  if (message.GetDescriptor() == google::type::Money::descriptor()) return MoneyText(static_cast<const google::type::Money&>(message));
  if (message.GetDescriptor() == google::type::Date::descriptor()) {
    const auto& date = static_cast<const google::type::Date&>(message);
    char day[32];
    std::snprintf(day, sizeof day, "%04d-%02d-%02d", date.year(), date.month(), date.day());
    return day;
  }
  const std::string time = ToRfc3339(rpc::FromProto(static_cast<const google::protobuf::Timestamp&>(message)));
  return time.substr(0, 10) + " " + time.substr(11, 8) + " UTC";
}

// Minutes after midnight are told as a clock shows them.
std::string WholeText(const FieldDescriptor& field, int64_t number) {
  if (!std::string_view(field.name()).ends_with("_minute")) return std::to_string(number);
  char clock[32];
  std::snprintf(clock, sizeof clock, "%02d:%02d", static_cast<int>(number / 60), static_cast<int>(number % 60));
  return clock;
}

std::string NumberText(const FieldDescriptor& field, double number) {
  // What somebody gave is told as it was given, what was reckoned is rounded.
  if (field.full_name() != "vefa.contact.v1.AttributeValue.number") return Fraction(number);
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.15g", number);
  return digits;
}

}  // namespace

bool IsValue(const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return true;
  const auto* type = field.message_type();
  return type == google::protobuf::Timestamp::descriptor() || type == google::type::Date::descriptor() || type == google::type::Money::descriptor();
}

PersonValues::PersonValues(const v1::PersonDocument& document, std::string_view language) : language_(language) {
  for (const auto& title : document.titles())
    if (const auto text = title.titles().find(language_); text != title.titles().end()) titles_[title.name()] = text->second;
  for (const v1::PersonRecord& record : document.records()) {
    own_.insert(record.contact().name());
    for (const v1::ContactPoint& point : record.points()) titles_[point.name()] = point.value();
  }
}

std::string PersonValues::SayTaken(const std::string& taken) const {
  const size_t dot = std::min(taken.find('.'), taken.size());
  const std::string word = WordFor(PersonFieldWords(), taken.substr(0, dot), language_);
  // Of a way to reach somebody only the number is named.
  if (dot == taken.size() || taken.starts_with("points.")) return word;
  const std::string rest = taken.substr(dot + 1);
  const auto title = titles_.find("attributeDefinitions/" + rest);
  return word + ": " + (taken.starts_with("attributes.") && title != titles_.end() ? title->second : rest);
}

std::optional<std::string> PersonValues::SayName(std::string_view field, const std::string& name) const {
  const size_t slash = name.find('/');
  if (slash == name.npos) return name;
  if (IsOneOf(kPrincipals, field)) return std::nullopt;
  const std::string rest = name.substr(slash + 1);
  if (IsOneOf(kCodes, field)) return rest;
  if (!Uuid::Parse(rest.substr(0, kUuidLetters)).ok()) return name;
  // Whoever else it is has a right to their own name.
  if (name.starts_with("contacts/") && rest.size() == kUuidLetters) return Word("başka bir kişi", "another person");
  return std::nullopt;
}

std::optional<std::string> PersonValues::SayText(const FieldDescriptor& field, const std::string& value, std::string_view attribute) const {
  if (field.type() == FieldDescriptor::TYPE_BYTES) return std::nullopt;
  if (const auto title = titles_.find(TitledAs(field, value, attribute)); title != titles_.end()) return title->second;
  const std::string_view name = field.name();
  if (IsOneOf(kOfOurWords, name)) return WordFor(PersonValueWords(), value, language_);
  if (name == "cut") return WordFor(PersonFieldWords(), value, language_);
  if (name == "taken") return SayTaken(value);
  if (name == "what") {
    const auto word = std::ranges::find(PersonValueWords(), std::string_view(value), &PersonWord::en);
    return word == PersonValueWords().end() ? value : WordFor(PersonValueWords(), word->name, language_);
  }
  if (name == "objected_purposes" && value == kEveryPurpose) return Word("tüm amaçlar", "every purpose");
  if (own_.contains(value)) return Word("siz", "you");
  return SayName(name, value);
}

std::optional<std::string> PersonValues::Say(const Message& message, const FieldDescriptor& field, int i, std::string_view attribute) const {
  const auto& reflection = *message.GetReflection();
  const bool many = i >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return SayText(field, many ? reflection.GetRepeatedString(message, &field, i) : reflection.GetString(message, &field), attribute);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = many ? reflection.GetRepeatedEnum(message, &field, i) : reflection.GetEnum(message, &field);
      return WordFor(PersonValueWords(), value->name(), language_);
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return (many ? reflection.GetRepeatedBool(message, &field, i) : reflection.GetBool(message, &field)) ? Word("evet", "yes")
                                                                                                         : Word("hayır", "no");
    case FieldDescriptor::CPPTYPE_INT32:
      return WholeText(field, many ? reflection.GetRepeatedInt32(message, &field, i) : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return WholeText(field, many ? reflection.GetRepeatedInt64(message, &field, i) : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return NumberText(field, many ? reflection.GetRepeatedDouble(message, &field, i) : reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return PartText(many ? reflection.GetRepeatedMessage(message, &field, i) : reflection.GetMessage(message, &field));
    default: return std::nullopt;
  }
}

}  // namespace vefa::contact
