#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "services/contact/lifecycle/lifecycle.h"
#include "vefa/contact/v1/lifecycle.pb.h"
#include "vefa/contact/v1/persona.pb.h"
#include "vefa/contact/v1/score.pb.h"

// How contacts are rated by a tenant's rules. Pure.
namespace vefa::contact {

// A stage that was not set by a rule is left alone by rules for so long.
inline constexpr std::chrono::hours kManualHold(24 * 30);

// Everything a tenant defined, in the order in which it is tried; `code`s are the ends of the names.
struct RatingRules {
  std::vector<v1::ScoreDefinition> scores;
  std::vector<v1::Persona> personas;
  std::vector<v1::LifecycleRule> lifecycle;
};
// By priority, then by name.
void Sort(RatingRules& rules);

struct ScoreShares {
  std::string rule;
  double points = 0;
  bool operator==(const ScoreShares&) const = default;
};
struct CountedScore {
  int32_t definition_version = 0;
  double score = 0;
  std::string grade;
  std::vector<ScoreShares> shares;
};
// What one rule is worth: its points when its condition holds, or `weight` of signals times its points, within its cap.
double WorthOf(const v1::ScoreRule& rule, bool holds, double weight);
// `worth` of each rule in their order, from WorthOf. The score is within the definition's bounds.
CountedScore CountScore(const v1::ScoreDefinition& definition, const std::vector<double>& worth);
// The highest one that the score reaches; empty below all.
std::string GradeOf(const v1::ScoreDefinition& definition, double score);
// Whether what is stored says the same still: points that faded by less than 0.05 are none to write down.
bool IsNear(const CountedScore& stored, const CountedScore& counted);

double MinimumOf(const v1::ScoreDefinition& definition);
double MaximumOf(const v1::ScoreDefinition& definition);

// Which stage a rule moves somebody to who is in `from`: nothing when it asks for another stage or there is no way. That its conditions hold
// is the caller's to know.
std::optional<LifecycleStage> MovesTo(const v1::LifecycleRule& rule, LifecycleStage from);

// The code of `collection/{code}`.
std::string CodeOf(const std::string& name);

}  // namespace vefa::contact
