#include "services/campaign/segment/predicate.h"

#include <cmath>

#include "libs/base/id.h"
#include "libs/base/text.h"

namespace vefa::campaign {
namespace {

constexpr size_t kValueMax = 200;  // bytes
// An answer's details travel in HTTP/2 headers of at most 8 kB.
constexpr size_t kViolationsMax = 10;

constexpr Attribute kAttributes[] = {
    {"language", Attribute::Type::kText},
    {"source", Attribute::Type::kText},
    {"order_count", Attribute::Type::kNumber},
    {"frequency", Attribute::Type::kNumber},
    {"recency_weeks", Attribute::Type::kNumber},
    {"age_weeks", Attribute::Type::kNumber},
    {"mean_value", Attribute::Type::kNumber},
    {"p_alive", Attribute::Type::kNumber},
    {"p_buy_90d", Attribute::Type::kNumber},
    {"expected_purchases", Attribute::Type::kNumber},
    {"expected_value", Attribute::Type::kNumber},
    {"residual_lifetime_value", Attribute::Type::kNumber},
};

class Checker {
 public:
  explicit Checker(std::vector<Violation>& violations) : violations_(violations) {}

  void Node(const Predicate& node, const std::string& field, int depth) {
    if (violations_.size() >= kViolationsMax) return;
    if (depth > kPredicateDepthMax)
      return Broken(field, "PREDICATE_TOO_DEEP", "Nest at most 16 levels.");
    // A group without terms counts like a leaf, so that the tree as a whole is bounded.
    if (node.terms.empty() && ++leaves_ == kPredicateLeavesMax + 1)
      return Broken(field, "PREDICATE_TOO_LARGE", "Use at most 256 conditions.");
    switch (node.kind) {
      case Predicate::Kind::kNone:
        return Broken(field, "PREDICATE_EMPTY", "Say what must hold: all, any, not, compare, presence or has_consent.");
      case Predicate::Kind::kAll:
      case Predicate::Kind::kAny:
        return Terms(node, field + (node.kind == Predicate::Kind::kAll ? ".all" : ".any"), depth);
      case Predicate::Kind::kNot:
        return Node(node.terms.front(), field + ".not", depth + 1);
      case Predicate::Kind::kCompare:
        return Compare(node, field + ".compare");
      case Predicate::Kind::kPresence:
        if (FindAttribute(node.attribute) == nullptr) Unknown(field + ".presence.attribute");
        return;
      case Predicate::Kind::kConsent:
        return Consent(node, field + ".has_consent");
    }
  }

 private:
  void Broken(const std::string& field, const char* reason, const char* description) {
    if (violations_.size() < kViolationsMax) violations_.push_back({field, reason, description});
  }
  void Unknown(const std::string& field) {
    Broken(field, "ATTRIBUTE_UNKNOWN", "Name an attribute of a contact, for example p_alive or order_count.");
  }
  void Terms(const Predicate& node, const std::string& field, int depth) {
    for (size_t i = 0; i < node.terms.size() && leaves_ <= kPredicateLeavesMax; ++i)
      Node(node.terms[i], field + ".terms[" + std::to_string(i) + "]", depth + 1);
  }
  void Compare(const Predicate& node, const std::string& field) {
    const Attribute* attribute = FindAttribute(node.attribute);
    if (attribute == nullptr) return Unknown(field + ".attribute");
    if (node.op < CompareOp::kEq || node.op > CompareOp::kGe)
      Broken(field + ".op", "OPERATOR_UNKNOWN", "Say how to compare, for example OP_LT.");
    if (attribute->type == Attribute::Type::kNumber) {
      const double* number = std::get_if<double>(&node.value);
      if (number == nullptr) return Broken(field + ".number", "VALUE_TYPE", "Compare this attribute with a number.");
      if (!std::isfinite(*number)) Broken(field + ".number", "NUMBER_NOT_FINITE", "Give a finite number.");
      return;
    }
    const std::string* text = std::get_if<std::string>(&node.value);
    if (text == nullptr) return Broken(field + ".text", "VALUE_TYPE", "Compare this attribute with a text.");
    if (!IsUtf8(*text)) Broken(field + ".text", "NOT_UTF8", "Give text in UTF-8 without NUL.");
    if (text->size() > kValueMax) Broken(field + ".text", "TOO_LONG", "Give at most 200 bytes.");
    if (node.op > CompareOp::kNe)
      Broken(field + ".op", "OPERATOR_TYPE", "A text can be equal or different, not less or greater.");
  }
  void Consent(const Predicate& node, const std::string& field) {
    if (!IsSlug(node.purpose))
      Broken(field + ".purpose", "PURPOSE_SYNTAX", "Give 1-63 lower-case letters, digits and hyphens.");
    if (node.channel < 1 || node.channel > 3)
      Broken(field + ".channel", "REQUIRED", "Give CHANNEL_EMAIL, CHANNEL_SMS or CHANNEL_PUSH.");
    if (node.consent_state < 0 || node.consent_state > 2)
      Broken(field + ".state", "STATE_UNKNOWN", "Give STATE_GRANTED, STATE_WITHDRAWN, or nothing for never asked.");
  }

  std::vector<Violation>& violations_;
  int leaves_ = 0;
};

}  // namespace

const Attribute* FindAttribute(std::string_view name) {
  for (const Attribute& attribute : kAttributes)
    if (name == attribute.name) return &attribute;
  return nullptr;
}

void CheckPredicate(const Predicate& predicate, const std::string& field, std::vector<Violation>& violations) {
  Checker(violations).Node(predicate, field, 1);
}

}  // namespace vefa::campaign
