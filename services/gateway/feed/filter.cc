#include "services/gateway/feed/filter.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::gateway {
namespace {

constexpr size_t kPatternBytes = 256;

// `text` without what may be left open at its end: `*`, or `*` after the separator.
std::string_view Fixed(std::string_view text, char separator) {
  if (text == "*") return {};
  if (text.size() > 2 && text.ends_with('*') && text[text.size() - 2] == separator) text.remove_suffix(1);
  return text;
}

bool IsTypePattern(std::string_view text) {
  if (text.empty() || text.size() > kPatternBytes) return false;
  return std::ranges::all_of(Fixed(text, '.'), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
  });
}

bool IsSubjectPattern(std::string_view text) {
  return !text.empty() && text.size() <= kPatternBytes && IsUtf8(text) &&
         Fixed(text, '/').find('*') == std::string_view::npos;
}

bool IsClassification(std::string_view text) {
  return text == "none" || text == "pseudonymous" || text == "personal" || text == "special";
}

bool AnyFits(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty() || std::ranges::any_of(patterns, [text](std::string_view pattern) {
           if (!pattern.ends_with('*')) return text == pattern;
           pattern.remove_suffix(1);
           return text.starts_with(pattern);
         });
}

template <typename Check>
void CheckAll(const std::vector<std::string>& patterns, const std::string& field, Check fits, const char* reason,
              const char* description, std::vector<Violation>& violations) {
  if (patterns.size() > kFilterPatternsMax)
    violations.push_back({field, "FILTER_TOO_LONG", "Give at most 50; leave the list empty to have them all."});
  for (size_t i = 0; i < std::min(patterns.size(), kFilterPatternsMax); ++i)
    if (!fits(patterns[i])) violations.push_back({field + "[" + std::to_string(i) + "]", reason, description});
}

}  // namespace

Result<FeedFilter> FeedFilter::Make(std::vector<std::string> types, std::vector<std::string> subjects,
                                    std::vector<std::string> classifications) {
  std::vector<Violation> violations;
  CheckAll(types, "filter.types", IsTypePattern, "TYPE_SYNTAX",
           "Give a type, for example `contact.created`, or `contact.*`.", violations);
  CheckAll(subjects, "filter.subjects", IsSubjectPattern, "SUBJECT_SYNTAX",
           "Give a subject, for example `contacts/{uuid}`, or `contacts/*`.", violations);
  CheckAll(classifications, "filter.classifications", IsClassification, "CLASSIFICATION_UNKNOWN",
           "Give `none`, `pseudonymous`, `personal` or `special`.", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  FeedFilter filter;
  filter.types_ = std::move(types);
  filter.subjects_ = std::move(subjects);
  filter.classifications_ = std::move(classifications);
  return filter;
}

bool FeedFilter::Passes(std::string_view type, std::string_view subject, std::string_view classification) const {
  return AnyFits(types_, type) && AnyFits(subjects_, subject) && AnyFits(classifications_, classification);
}

}  // namespace vefa::gateway
