// How attributes are stored: a text, a number and a boolean as themselves, choices as an array, the others as an object.
#include <nlohmann/json.hpp>

#include <cmath>

#include "services/contact/attribute/attribute.h"

namespace vefa::contact {
namespace {

using Json = nlohmann::json;

Json JsonOf(const std::string& value) { return value; }
// A whole number as people write it, `42` and not `42.0`: it is also looked for by its text.
Json JsonOf(double value) {
  constexpr double kWholeMost = 9007199254740992;  // 2^53, up to which every whole number is one.
  bool whole = std::trunc(value) == value && std::abs(value) <= kWholeMost;
  return whole ? Json(static_cast<int64_t>(value)) : Json(value);
}
Json JsonOf(bool value) { return value; }
Json JsonOf(const Choices& value) { return value; }
Json JsonOf(const Date& value) { return {{"days", value.days}}; }
Json JsonOf(const Money& value) {
  return {{"currency", value.currency}, {"units", value.units}, {"nanos", value.nanos}};
}

std::optional<AttributeValue> ValueOf(const Json& json) {
  if (json.is_string()) return AttributeValue(json.get<std::string>());
  if (json.is_number()) return AttributeValue(json.get<double>());
  if (json.is_boolean()) return AttributeValue(json.get<bool>());
  if (json.is_array()) {
    Choices choices;
    for (const Json& each : json)
      if (each.is_string()) choices.push_back(each.get<std::string>());
    return AttributeValue(std::move(choices));
  }
  if (!json.is_object()) return std::nullopt;
  if (json.contains("days")) return AttributeValue(Date{json["days"].get<int32_t>()});
  if (!json.contains("currency")) return std::nullopt;
  return AttributeValue(Money{json.value("currency", ""), json.value("units", int64_t{0}), json.value("nanos", 0)});
}

}  // namespace

std::string ToJson(const Attributes& values) {
  Json all = Json::object();
  for (const auto& [key, value] : values) all[key] = std::visit([](const auto& each) { return JsonOf(each); }, value);
  return all.dump();
}

Attributes AttributesFromJson(std::string_view json) {
  Attributes values;
  if (json == "{}") return values;
  Json all = Json::parse(json, nullptr, false);
  if (!all.is_object()) return values;
  for (const auto& [key, each] : all.items())
    if (auto value = ValueOf(each)) values.emplace(key, *std::move(value));
  return values;
}

}  // namespace vefa::contact
