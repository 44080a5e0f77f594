#pragma once

#include <google/type/date.pb.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/contact/party/party.h"

// What the messages of parties share.
namespace vefa::contact {

google::type::Date DateToProto(int32_t day);
// A day that may be unset (a message without year, month and day is as unset). Adds `DATE_INVALID` under the field.
std::optional<int32_t> DateFromProto(const google::type::Date& date, std::string field,
                                     std::vector<Violation>& violations);

// The number of an enum of the contract; 0 and a violation for one that is not in it. `valid` is its X_IsValid.
inline int16_t ReadEnum(int value, bool (*valid)(int), std::string_view field, FieldRules& rules) {
  rules.That(valid(value), field, "VALUE_UNKNOWN", "Give one of the values of the contract.");
  // A number that is not in the contract would be cut to the width of ours, and could then be another.
  return valid(value) ? static_cast<int16_t>(value) : int16_t{0};
}

}  // namespace vefa::contact
