#include "services/campaign/segment/predicate_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace vefa::campaign {
namespace {

using Kind = Predicate::Kind;

const char* const kOpWords[] = {"", "eq", "ne", "lt", "le", "gt", "ge"};
const char* const kOpSigns[] = {"", "=", "!=", "<", "<=", ">", ">="};
const char* const kChannels[] = {"", "email", "sms", "push"};
const char* const kConsents[] = {"consent-never-asked", "consent", "consent-withdrawn"};

// Beyond it a double no longer holds every integer.
constexpr double kIntegerMax = 9007199254740992.0;

bool IsInteger(double number) { return std::fabs(number) <= kIntegerMax && number == std::trunc(number); }

// The shortest text that reads back as the same number.
std::string NumberText(double number) {
  if (IsInteger(number)) return std::to_string(static_cast<int64_t>(number));
  char text[40];
  return std::string(text, std::to_chars(text, text + sizeof text, number).ptr);
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string ValueText(const Predicate& leaf, bool typed) {
  if (const double* number = std::get_if<double>(&leaf.value)) {
    std::string text = NumberText(*number);
    return typed ? (IsInteger(*number) ? "i:" : "f:") + text : text;
  }
  std::string text = Quoted(std::get<std::string>(leaf.value));
  return typed ? "s:" + text : text;
}

std::string ConsentText(const Predicate& leaf) {
  return std::string("has ") + kConsents[leaf.consent_state] + ":" + kChannels[leaf.channel] + "/" + leaf.purpose;
}

// The terms of a group, those of nested groups of the same kind among them.
void Gather(Predicate& group, Kind kind, std::vector<Predicate>& terms) {
  for (Predicate& term : group.terms) {
    Predicate canonical = Canonicalise(std::move(term));
    if (canonical.kind == kind) {
      std::move(canonical.terms.begin(), canonical.terms.end(), std::back_inserter(terms));
    } else {
      terms.push_back(std::move(canonical));
    }
  }
}

Predicate CanonicalGroup(Predicate group) {
  std::vector<Predicate> terms;
  Gather(group, group.kind, terms);
  std::vector<std::pair<std::string, size_t>> order;
  for (size_t i = 0; i < terms.size(); ++i) order.emplace_back(CanonicalText(terms[i]), i);
  std::sort(order.begin(), order.end());
  group.terms.clear();
  for (size_t i = 0; i < order.size(); ++i)
    if (i == 0 || order[i].first != order[i - 1].first) group.terms.push_back(std::move(terms[order[i].second]));
  if (group.terms.size() == 1) return Predicate(std::move(group.terms.front()));
  return group;
}

bool IsGroup(const Predicate& node) { return node.kind == Kind::kAll || node.kind == Kind::kAny; }

// A term inside `and`, `or` or `not`: a group that has terms needs brackets.
std::string Bracketed(const Predicate& term) {
  std::string text = Expression(term);
  return IsGroup(term) && !term.terms.empty() ? "(" + text + ")" : text;
}

std::string GroupExpression(const Predicate& group) {
  if (group.terms.empty()) return group.kind == Kind::kAll ? "everyone" : "nobody";
  std::string text;
  for (const Predicate& term : group.terms) {
    if (!text.empty()) text += group.kind == Kind::kAll ? " and " : " or ";
    text += Bracketed(term);
  }
  return text;
}

}  // namespace

Predicate Canonicalise(Predicate predicate) {
  if (IsGroup(predicate)) return CanonicalGroup(std::move(predicate));
  if (predicate.kind == Kind::kNot) {
    Predicate term = Canonicalise(std::move(predicate.terms.front()));
    if (term.kind == Kind::kNot) return Predicate(std::move(term.terms.front()));
    predicate.terms.front() = std::move(term);
  }
  return predicate;
}

std::string CanonicalText(const Predicate& canonical) {
  switch (canonical.kind) {
    case Kind::kNone:
      return "";
    case Kind::kAll:
    case Kind::kAny: {
      std::string text = canonical.kind == Kind::kAll ? "(and" : "(or";
      for (const Predicate& term : canonical.terms) text += " " + CanonicalText(term);
      return text + ")";
    }
    case Kind::kNot:
      return "(not " + CanonicalText(canonical.terms.front()) + ")";
    case Kind::kCompare:
      return std::string("(") + kOpWords[static_cast<int>(canonical.op)] + " attr:" + canonical.attribute + " " +
             ValueText(canonical, true) + ")";
    case Kind::kPresence:
      return (canonical.missing ? "(missing attr:" : "(set attr:") + canonical.attribute + ")";
    case Kind::kConsent:
      return "(" + ConsentText(canonical) + ")";
  }
  return "";
}

std::string Expression(const Predicate& canonical) {
  switch (canonical.kind) {
    case Kind::kNone:
      return "";
    case Kind::kAll:
    case Kind::kAny:
      return GroupExpression(canonical);
    case Kind::kNot:
      return "not " + Bracketed(canonical.terms.front());
    case Kind::kCompare:
      return canonical.attribute + " " + kOpSigns[static_cast<int>(canonical.op)] + " " + ValueText(canonical, false);
    case Kind::kPresence:
      return canonical.attribute + (canonical.missing ? " is missing" : " is set");
    case Kind::kConsent:
      return ConsentText(canonical);
  }
  return "";
}

crypto::Digest PredicateHash(const Predicate& canonical) {
  std::string data = "vefa.predicate.v1";
  data += '\0';
  return crypto::Sha256(data + CanonicalText(canonical));
}

}  // namespace vefa::campaign
