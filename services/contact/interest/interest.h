#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"

// The rules of interests: plain values, no I/O, no clock.
namespace vefa::contact {

// The numbers of InterestKind of the contract, and of the table.
enum class InterestKind : int16_t { kNone = 0, kDeclared = 1, kObserved = 2, kInferred = 3 };

inline constexpr size_t kSignalsMax = 1000;        // Of one call.
inline constexpr int64_t kInterestTopicsMax = 200;  // Of one contact.
inline constexpr size_t kHalfLivesMax = 500;       // Of one tenant.
inline constexpr double kForgottenBelow = 0.05;    // Of strength.

// A sum of weights each of which is halved once per half-life, at the time of the latest of them.
struct DecayedSum {
  double sum = 0;
  Time time{};
};
// What is left of it at a time; all of it before its own time. `half_life_days` is positive.
double SumAt(const DecayedSum& decayed, double half_life_days, Time at);
// The two as one, whichever came first: the order of signals makes no difference.
DecayedSum Together(const DecayedSum& a, const DecayedSum& b, double half_life_days);

struct InterestSignal {
  Uuid contact;
  std::string topic;
  InterestKind kind = InterestKind::kNone;
  double weight = 1;  // 0 when not_interested.
  Time occur_time{};
  std::string source;
  Uuid id;
  bool not_interested = false;
};
// Adds every broken rule, its field under `prefix`. `now` bounds its time.
void Check(const InterestSignal& signal, const std::string& prefix, Time now, std::vector<Violation>& violations);

// What is known of one topic from one kind of signal.
struct InterestPart {
  DecayedSum decayed;
  double half_life_days = 0;
  bool not_interested = false;  // Of kDeclared: the latest word. Of two at the same moment the no.
};
// Takes a signal in. What was known fades by its own half-life until then and by `half_life_days` since.
void Learn(const InterestSignal& signal, double half_life_days, InterestPart& part);

// Of topic and kind, of one contact.
using InterestKey = std::pair<std::string, InterestKind>;
using InterestParts = std::map<InterestKey, InterestPart>;

struct Interest {
  std::string topic;
  double sum = 0;
  double strength = 0;  // 1 - 0.5^sum
  InterestKind kind = InterestKind::kNone;
  bool not_interested = false;
  std::vector<std::pair<InterestKind, InterestPart>> parts;
};
// At a time: the strongest first, then by topic, the forgotten left out; what somebody is not interested in comes last.
std::vector<Interest> Weigh(const InterestParts& parts, Time at);

// How fast interests fade, as far as the tenant set it; topic empty: every topic without its own.
using HalfLives = std::map<InterestKey, double>;
// The product's: declared 365 days, observed 60, inferred 21.
double DefaultHalfLife(InterestKind kind);
double HalfLifeOf(const HalfLives& set, const std::string& topic, InterestKind kind);

}  // namespace vefa::contact
