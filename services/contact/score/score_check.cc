// The rules of a definition of scores.
#include <cmath>
#include <set>

#include "libs/base/text.h"
#include "libs/text/name.h"
#include "services/contact/rating/rating_filters.h"
#include "services/contact/rating/rating_texts.h"
#include "services/contact/score/score_service.h"

namespace vefa::contact {
namespace {

constexpr size_t kScoreTitleMax = 100, kGradeMax = 20;  // characters
constexpr int kRulesMax = 30, kGradesMax = 10;
constexpr double kPointsMax = 1000, kBoundMax = 1e6;
constexpr double kSignalsMinDays = 0.01, kSignalsMaxDays = 36500;

void CheckSignals(const v1::ScoreSignals& signals, const std::string& path, std::vector<Violation>& violations) {
  if (!signals.topic().empty() && !IsSlug(signals.topic()))
    violations.push_back({path + "topic", "TOPIC_SYNTAX", "Give a topic, or nothing for every topic."});
  if (!v1::InterestKind_IsValid(signals.kind()))
    violations.push_back({path + "kind", "INTEREST_KIND_UNKNOWN", "Give declared, observed or inferred, or nothing for all."});
  const double days = signals.half_life_days();
  if (days != 0 && !(days >= kSignalsMinDays && days <= kSignalsMaxDays))
    violations.push_back({path + "half_life_days", "OUT_OF_RANGE", "Give 0.01 to 36500 days, or 0 for 30."});
  if (!(signals.cap() >= 0 && signals.cap() <= kBoundMax))
    violations.push_back({path + "cap", "OUT_OF_RANGE", "Give at most 1,000,000 points, or 0 for no limit."});
}

void CheckRules(const v1::ScoreDefinition& definition, std::vector<Violation>& violations) {
  if (definition.rules_size() == 0 || definition.rules_size() > kRulesMax)
    violations.push_back({"score_definition.rules", "OUT_OF_RANGE", "Give 1 to 30 rules."});
  std::set<std::string> codes;
  for (int i = 0; i < definition.rules_size() && i < kRulesMax; ++i) {
    const v1::ScoreRule& rule = definition.rules(i);
    const std::string path = "score_definition.rules[" + std::to_string(i) + "].";
    if (!IsSlug(rule.code()))
      violations.push_back({path + "code", "CODE_SYNTAX", "Give 1-63 lower-case letters, digits and hyphens, for example is-in-turkey."});
    if (!codes.insert(rule.code()).second) violations.push_back({path + "code", "REPEATED", "Give each rule a code of its own."});
    if (rule.points() == 0 || !(std::abs(rule.points()) <= kPointsMax))
      violations.push_back({path + "points", "OUT_OF_RANGE", "Give -1,000 to 1,000 points, and not 0."});
    if (rule.has_signals()) {
      CheckSignals(rule.signals(), path + "signals.", violations);
    } else {
      CheckKeptFilter(rule.filter(), path + "filter", violations);
    }
  }
}

}  // namespace

void CheckDefinition(v1::ScoreDefinition& definition, std::vector<Violation>& violations) {
  CheckTexts(*definition.mutable_titles(), "score_definition.titles", kScoreTitleMax, false, violations);
  CheckRules(definition, violations);
  const double minimum = MinimumOf(definition), maximum = MaximumOf(definition);
  if (!(minimum < maximum && std::abs(minimum) <= kBoundMax && std::abs(maximum) <= kBoundMax))
    violations.push_back({"score_definition.maximum", "OUT_OF_RANGE", "Give a maximum above the minimum, both within a million."});
  if (definition.grades_size() > kGradesMax)
    violations.push_back({"score_definition.grades", "OUT_OF_RANGE", "Give at most 10 grades."});
  std::set<std::string> grades;
  std::set<double> thresholds;
  for (int i = 0; i < definition.grades_size() && i < kGradesMax; ++i) {
    v1::ScoreGrade& grade = *definition.mutable_grades(i);
    const std::string path = "score_definition.grades[" + std::to_string(i) + "].";
    if (!IsUtf8(grade.grade()) || text::HidesSigns(grade.grade()) || Utf8Length(grade.grade()) > kGradeMax ||
        text::Tidied(grade.grade()).empty()) {
      violations.push_back({path + "grade", "GRADE_SYNTAX", "Give 1-20 characters, for example A or hot."});
    } else {
      grade.set_grade(text::Tidied(grade.grade()));
    }
    if (!grades.insert(grade.grade()).second) violations.push_back({path + "grade", "REPEATED", "Give each grade once."});
    if (!std::isfinite(grade.at_least()) || !thresholds.insert(grade.at_least()).second)
      violations.push_back({path + "at_least", "REPEATED", "Give each grade a threshold of its own."});
  }
}

}  // namespace vefa::contact
