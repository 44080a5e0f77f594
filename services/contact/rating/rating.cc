#include "services/contact/rating/rating.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace vefa::contact {
namespace {

constexpr double kScoreMinimum = 0, kScoreMaximum = 100;
constexpr double kNearPoints = 0.05;

template <typename Rules>
void SortByPriority(Rules& rules) {
  std::sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) {
    return std::make_tuple(a.priority(), a.name()) < std::make_tuple(b.priority(), b.name());
  });
}

}  // namespace

void Sort(RatingRules& rules) {
  std::sort(rules.scores.begin(), rules.scores.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
  SortByPriority(rules.personas);
  SortByPriority(rules.lifecycle);
}

double WorthOf(const v1::ScoreRule& rule, bool holds, double weight) {
  if (!rule.has_signals()) return holds ? rule.points() : 0;
  const double points = rule.points() * weight, cap = rule.signals().cap();
  return cap > 0 ? std::clamp(points, -cap, cap) : points;
}

double MinimumOf(const v1::ScoreDefinition& definition) { return definition.has_minimum() ? definition.minimum() : kScoreMinimum; }
double MaximumOf(const v1::ScoreDefinition& definition) { return definition.has_maximum() ? definition.maximum() : kScoreMaximum; }

CountedScore CountScore(const v1::ScoreDefinition& definition, const std::vector<double>& worth) {
  CountedScore counted;
  counted.definition_version = definition.version();
  double sum = 0;
  for (int i = 0; i < definition.rules_size(); ++i) {
    const double points = worth[static_cast<size_t>(i)];
    if (points == 0) continue;
    counted.shares.push_back({definition.rules(i).code(), points});
    sum += points;
  }
  counted.score = std::clamp(sum, MinimumOf(definition), MaximumOf(definition));
  counted.grade = GradeOf(definition, counted.score);
  return counted;
}

std::string GradeOf(const v1::ScoreDefinition& definition, double score) {
  const v1::ScoreGrade* best = nullptr;
  for (const v1::ScoreGrade& grade : definition.grades())
    if (score >= grade.at_least() && (best == nullptr || grade.at_least() > best->at_least())) best = &grade;
  return best == nullptr ? "" : best->grade();
}

bool IsNear(const CountedScore& stored, const CountedScore& counted) {
  if (stored.definition_version != counted.definition_version || stored.grade != counted.grade) return false;
  return std::abs(stored.score - counted.score) < kNearPoints &&
         std::equal(stored.shares.begin(), stored.shares.end(), counted.shares.begin(), counted.shares.end(),
                    [](const ScoreShares& a, const ScoreShares& b) {
                      return a.rule == b.rule && std::abs(a.points - b.points) < kNearPoints;
                    });
}

std::optional<LifecycleStage> MovesTo(const v1::LifecycleRule& rule, LifecycleStage from) {
  const auto to = static_cast<LifecycleStage>(rule.stage());
  const auto& stages = rule.from_stages();
  if (!stages.empty() && std::find(stages.begin(), stages.end(), static_cast<int>(from)) == stages.end()) return std::nullopt;
  if (rule.disabled() || to == from || !MayMove(from, to)) return std::nullopt;
  return to;
}

std::string CodeOf(const std::string& name) { return name.substr(name.find('/') + 1); }

}  // namespace vefa::contact
