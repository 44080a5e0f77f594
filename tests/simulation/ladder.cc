#include "tests/simulation/ladder.h"

#include "tests/simulation/consumer.h"

namespace vefa::simulation {
namespace {

using events::Verdict;

constexpr int64_t kMinute = 60'000;
constexpr int64_t kLadder[] = {1 * kMinute, 5 * kMinute, 30 * kMinute, 120 * kMinute};

}  // namespace

std::optional<int64_t> NextAttempt(int attempts, int64_t now) {
  if (attempts >= static_cast<int>(std::size(kLadder))) return std::nullopt;
  return now + kLadder[attempts];
}

Parked ParkedFor(Verdict verdict, int64_t version, int64_t now) {
  Parked parked;
  parked.kind = verdict;
  parked.first_version = version;
  if (verdict == Verdict::kGap) parked.next_attempt = now;
  if (verdict == Verdict::kApply) parked.next_attempt = NextAttempt(0, now);
  return parked;
}

events::Watermark MarkOf(const SubjectRow& row) {
  events::Watermark mark;
  mark.version = row.version;
  mark.parked = row.parked.has_value();
  if (row.version > 0) {
    events::Event last = ToEvent(row.last);
    mark.event_id = last.id;
    mark.incarnation = last.incarnation;
  }
  return mark;
}

const char* NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kApply:
      return "POISON";
    case Verdict::kDuplicate:
      return "DUPLICATE";
    case Verdict::kFork:
      return "FORK";
    case Verdict::kRestored:
      return "RESTORED";
    case Verdict::kGap:
      return "GAP";
    case Verdict::kParked:
      return "PARKED";
  }
  return "?";
}

bool RefusesForEver(const Fact& fact) { return fact.poison && fact.event % 2 == 0; }

bool Refuses(const Run& run, const Fact& fact) { return RefusesForEver(fact) || (fact.poison && !run.quiet); }

}  // namespace vefa::simulation
