#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libs/base/result.h"

// A rule over what is known of a contact: plain values, no I/O. Every leaf is true or false; one on
// a missing value is false, and only `is missing` is true there.
namespace vefa::campaign {

inline constexpr int kPredicateDepthMax = 16;
inline constexpr int kPredicateLeavesMax = 256;

// What a leaf may ask about. The name is also the column of contact_state.
struct Attribute {
  enum class Type { kNumber, kText };
  const char* name;
  Type type;
};
// nullptr when there is no such attribute.
const Attribute* FindAttribute(std::string_view name);

enum class CompareOp : int16_t { kNone = 0, kEq = 1, kNe = 2, kLt = 3, kLe = 4, kGt = 5, kGe = 6 };

// One node of the tree with its terms; `kind` says which of the other members count.
struct Predicate {
  enum class Kind { kNone, kAll, kAny, kNot, kCompare, kPresence, kConsent };
  Kind kind = Kind::kNone;
  std::vector<Predicate> terms;  // kAll, kAny: any number; kNot: one.

  std::string attribute;  // kCompare, kPresence
  CompareOp op = CompareOp::kNone;
  std::variant<std::monostate, double, std::string> value;
  bool missing = false;

  std::string purpose;  // kConsent
  int16_t channel = 0;
  int16_t consent_state = 0;  // 0 never asked, 1 granted, 2 withdrawn
};

// Adds the broken rules of a tree, at most ten of them, each with its path under `field`.
void CheckPredicate(const Predicate& predicate, const std::string& field, std::vector<Violation>& violations);

}  // namespace vefa::campaign
