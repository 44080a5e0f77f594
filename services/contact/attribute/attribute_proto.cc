#include "services/contact/attribute/attribute_proto.h"

#include "libs/base/text.h"
#include "libs/rpc/time.h"
#include "services/contact/party/party_proto.h"

namespace vefa::contact {
namespace {

void Put(const std::string& from, v1::AttributeValue& to) { to.set_text(from); }
void Put(double from, v1::AttributeValue& to) { to.set_number(from); }
void Put(bool from, v1::AttributeValue& to) { to.set_boolean(from); }
void Put(const Money& from, v1::AttributeValue& to) {
  to.mutable_money()->set_currency_code(from.currency);
  to.mutable_money()->set_units(from.units);
  to.mutable_money()->set_nanos(from.nanos);
}
void Put(const Date& from, v1::AttributeValue& to) { *to.mutable_date() = DateToProto(from.days); }
void Put(const Choices& from, v1::AttributeValue& to) {
  to.mutable_choices();
  for (const std::string& code : from) to.mutable_choices()->add_values(code);
}

std::optional<AttributeValue> ValueOf(const v1::AttributeValue& proto) {
  switch (proto.value_case()) {
    case v1::AttributeValue::kText: return proto.text();
    case v1::AttributeValue::kNumber: return proto.number();
    case v1::AttributeValue::kBoolean: return proto.boolean();
    case v1::AttributeValue::kMoney:
      return Money{proto.money().currency_code(), proto.money().units(), proto.money().nanos()};
    case v1::AttributeValue::kDate: {
      const auto& date = proto.date();
      if (date.month() < 1 || date.day() < 1) return std::nullopt;
      auto days = DaysFromCivil(date.year(), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
      return days.ok() ? std::optional<AttributeValue>(Date{*days}) : std::nullopt;
    }
    case v1::AttributeValue::kChoices:
      return Choices(proto.choices().values().begin(), proto.choices().values().end());
    case v1::AttributeValue::VALUE_NOT_SET: return std::nullopt;
  }
  return std::nullopt;
}

void RefuseValue(const v1::AttributeValue& proto, std::string field, std::vector<Violation>& violations) {
  if (proto.has_date())
    return violations.push_back({std::move(field), "DATE_INVALID", "Give year, month and day of a date that exists, from the year 1 to 9999."});
  violations.push_back({std::move(field), "VALUE_REQUIRED",
                        "Give a text, a number, a boolean, an amount of money, a whole date or choices."});
}

}  // namespace

v1::AttributeValue ToProto(const AttributeValue& value) {
  v1::AttributeValue proto;
  std::visit([&](const auto& each) { Put(each, proto); }, value);
  return proto;
}

Attributes FromProto(const google::protobuf::Map<std::string, v1::AttributeValue>& proto, std::string_view prefix,
                     std::vector<Violation>& violations) {
  Attributes values;
  for (const auto& [key, each] : proto) {
    auto value = ValueOf(each);
    if (!value) {
      RefuseValue(each, std::string(prefix) + "attributes." + key, violations);
    } else {
      values.emplace(key, *std::move(value));
    }
  }
  return values;
}

v1::AttributeDefinition ToProto(const AttributeDefinition& definition) {
  v1::AttributeDefinition proto;
  proto.set_name("attributeDefinitions/" + definition.key);
  proto.set_key(definition.key);
  proto.set_title(definition.title);
  proto.set_type(static_cast<v1::AttributeDefinition::Type>(definition.type));
  proto.set_privacy(static_cast<options::v1::Privacy>(definition.privacy));
  for (const AttributeOption& option : definition.options) {
    proto.add_options()->set_code(option.code);
    proto.mutable_options(proto.options_size() - 1)->set_title(option.title);
  }
  if (definition.minimum) proto.set_minimum(*definition.minimum);
  if (definition.maximum) proto.set_maximum(*definition.maximum);
  proto.set_length_max(definition.length_max);
  proto.set_reference_collection(definition.reference_collection);
  if (definition.default_value) *proto.mutable_default_value() = ToProto(*definition.default_value);
  if (definition.archive_time) *proto.mutable_archive_time() = rpc::ToProto(*definition.archive_time);
  proto.set_etag("\"" + std::to_string(definition.version) + "\"");
  *proto.mutable_create_time() = rpc::ToProto(definition.create_time);
  return proto;
}

AttributeDefinition FromProto(const v1::AttributeDefinition& proto, std::string_view prefix,
                              std::vector<Violation>& violations) {
  AttributeDefinition definition;
  definition.key = proto.key();
  definition.title = proto.title();
  // A number that is not in the contract would be cut to the width of ours, and could then be another.
  if (v1::AttributeDefinition::Type_IsValid(proto.type())) definition.type = static_cast<AttributeType>(proto.type());
  if (options::v1::Privacy_IsValid(proto.privacy())) definition.privacy = static_cast<int16_t>(proto.privacy());
  definition.personal = IsPersonalClass(definition.privacy);
  for (const auto& option : proto.options()) definition.options.push_back({option.code(), option.title()});
  if (proto.has_minimum()) definition.minimum = proto.minimum();
  if (proto.has_maximum()) definition.maximum = proto.maximum();
  definition.length_max = proto.length_max();
  definition.reference_collection = proto.reference_collection();
  if (proto.has_default_value()) {
    definition.default_value = ValueOf(proto.default_value());
    if (!definition.default_value) RefuseValue(proto.default_value(), std::string(prefix) + "default_value", violations);
  }
  return definition;
}

}  // namespace vefa::contact
