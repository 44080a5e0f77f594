#include "services/contact/interest/interest.h"

#include <algorithm>
#include <cmath>

#include "libs/base/text.h"

namespace vefa::contact {
namespace {

constexpr double kWeightMax = 100;
constexpr size_t kSignalSourceMax = 200;  // characters
constexpr std::chrono::minutes kAheadMax(1);
constexpr double kMicrosOfDay = 86400.0 * 1e6;

}  // namespace

double SumAt(const DecayedSum& decayed, double half_life_days, Time at) {
  if (at <= decayed.time) return decayed.sum;
  const double days = static_cast<double>((at - decayed.time).count()) / kMicrosOfDay;
  return decayed.sum * std::exp2(-days / half_life_days);
}

DecayedSum Together(const DecayedSum& a, const DecayedSum& b, double half_life_days) {
  const Time latest = std::max(a.time, b.time);
  return {SumAt(a, half_life_days, latest) + SumAt(b, half_life_days, latest), latest};
}

void Check(const InterestSignal& signal, const std::string& prefix, Time now, std::vector<Violation>& violations) {
  if (!IsSlug(signal.topic))
    violations.push_back({prefix + "topic", "TOPIC_SYNTAX",
                          "Give 1-63 lower-case letters, digits and hyphens, for example filter-coffee."});
  if (signal.kind == InterestKind::kNone)
    violations.push_back({prefix + "kind", "INTEREST_KIND_UNKNOWN", "Give how it is known: declared, observed or inferred."});
  if (signal.not_interested && signal.kind != InterestKind::kDeclared)
    violations.push_back({prefix + "not_interested", "NOT_DECLARED", "Only the person says so: give INTEREST_KIND_DECLARED."});
  if (!signal.not_interested && !(signal.weight > 0 && signal.weight <= kWeightMax))
    violations.push_back({prefix + "weight", "OUT_OF_RANGE", "Give more than 0 and at most 100, or nothing for 1."});
  if (signal.occur_time > now + kAheadMax)
    violations.push_back({prefix + "occur_time", "TIME_IN_FUTURE", "Give a time that has passed."});
  if (!IsUtf8(signal.source)) {
    violations.push_back({prefix + "source", "NOT_UTF8", "Give text in UTF-8 without NUL."});
  } else if (Utf8Length(signal.source) > kSignalSourceMax) {
    violations.push_back({prefix + "source", "TOO_LONG", "Give at most 200 characters."});
  }
}

void Learn(const InterestSignal& signal, double half_life_days, InterestPart& part) {
  const bool first = part.half_life_days == 0;
  if (first || signal.occur_time > part.decayed.time) {
    if (!first) part.decayed.sum = SumAt(part.decayed, part.half_life_days, signal.occur_time);
    part.decayed = {part.decayed.sum + signal.weight, signal.occur_time};
    part.not_interested = signal.not_interested;
  } else {
    part.not_interested |= signal.not_interested && signal.occur_time == part.decayed.time;
    part.decayed = Together(part.decayed, {signal.weight, signal.occur_time}, half_life_days);
  }
  part.half_life_days = half_life_days;
}

std::vector<Interest> Weigh(const InterestParts& parts, Time at) {
  std::map<std::string, Interest> topics;
  // In the order of kinds: declared first.
  for (const auto& [key, part] : parts) {
    const auto& [topic, kind] = key;
    Interest& interest = topics[topic];
    interest.topic = topic;
    interest.parts.emplace_back(kind, part);
    if (kind == InterestKind::kDeclared && part.not_interested) interest.not_interested = true;
    // What was concluded counts only where nobody said anything.
    if (kind == InterestKind::kInferred && interest.parts.front().first == InterestKind::kDeclared) continue;
    if (interest.kind == InterestKind::kNone) interest.kind = kind;
    interest.sum += SumAt(part.decayed, part.half_life_days, at);
  }
  std::vector<Interest> all;
  for (auto& [topic, interest] : topics) {
    if (interest.not_interested) interest.sum = 0;
    interest.strength = 1 - std::exp2(-interest.sum);
    if (interest.not_interested || interest.strength >= kForgottenBelow) all.push_back(std::move(interest));
  }
  std::stable_sort(all.begin(), all.end(), [](const Interest& a, const Interest& b) { return a.sum > b.sum; });
  return all;
}

double DefaultHalfLife(InterestKind kind) {
  switch (kind) {
    case InterestKind::kDeclared: return 365;
    case InterestKind::kObserved: return 60;
    default: return 21;
  }
}

double HalfLifeOf(const HalfLives& set, const std::string& topic, InterestKind kind) {
  for (const std::string& key : {topic, std::string()})
    if (auto found = set.find({key, kind}); found != set.end()) return found->second;
  return DefaultHalfLife(kind);
}

}  // namespace vefa::contact
