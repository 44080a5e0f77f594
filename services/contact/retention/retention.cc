#include "services/contact/retention/retention.h"

#include <algorithm>

#include "services/contact/party/party.h"

namespace vefa::contact {
namespace {

constexpr int32_t kRetentionDaysMax = 36'500;
constexpr size_t kRetentionTitleMax = 200;  // characters
constexpr int16_t kLastStage = 11;
constexpr size_t kErasureReasonMax = 63;

}  // namespace

void Normalise(RetentionRule& rule, std::vector<Violation>& violations) {
  FieldRules rules("retention_rule.", violations);
  rules.That(IsSlug(rule.code), "code", "CODE_SYNTAX", "Give 1-63 lower-case letters, digits and hyphens, for example cold-leads.");
  rules.Text(rule.title, "title", kRetentionTitleMax);
  rules.That(rule.days >= 1 && rule.days <= kRetentionDaysMax, "days", "OUT_OF_RANGE", "Give 1 to 36,500 days.");
  rules.That(rule.purpose.empty() || IsSlug(rule.purpose), "purpose", "PURPOSE_SYNTAX", "Give a purpose, or nothing for every one.");
  rules.That(rule.purpose.empty() || !rule.despite_consent, "despite_consent", "NOT_BOTH", "Name a purpose, or erase despite every consent.");
  rules.That(std::ranges::all_of(rule.stages, [](int16_t stage) { return stage >= 1 && stage <= kLastStage; }), "lifecycle_stages",
             "STAGE_UNKNOWN", "Give stages of the contract, for example LIFECYCLE_STAGE_LEAD.");
  std::ranges::sort(rule.stages);
  const auto twins = std::ranges::unique(rule.stages);
  rule.stages.erase(twins.begin(), twins.end());
}

Time CutOf(const RetentionRule& rule, Time now) { return now - std::chrono::days(rule.days); }

int64_t ScheduledMax(int64_t contacts) { return std::min(contacts / kScheduledPart, kScheduledErasedMax); }

std::string ReasonOf(const RetentionRule& rule) {
  std::string reason = "RETENTION_" + rule.code;
  for (char& c : reason) c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return reason.substr(0, kErasureReasonMax);
}

}  // namespace vefa::contact
