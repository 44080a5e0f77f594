#include "tests/simulation/ladder.h"

#include <iterator>

namespace vefa::simulation {
namespace {

using events::Verdict;

constexpr int64_t kMinute = 60'000;
constexpr int64_t kLadder[] = {1 * kMinute, 5 * kMinute, 30 * kMinute, 120 * kMinute};

// Numbers of a kind sort as their ids do; 0 is nil.
Uuid NumberId(uint8_t kind, uint64_t number) {
  Uuid id;
  if (number == 0) return id;
  id.bytes[0] = kind;
  for (size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<uint8_t>(number >> (8 * i));
  return id;
}

}  // namespace

// Subjects of one name in two tenants are two subjects.
events::SubjectKey KeyOf(int subject) {
  return {NumberId(2, static_cast<uint64_t>(subject % 2) + 1), "things/" + std::to_string(subject / 2)};
}

events::Event ToEvent(const Fact& fact) {
  events::Event event;
  event.id = NumberId(1, fact.event);
  std::tie(event.tenant, event.subject) = KeyOf(fact.subject);
  event.aggregate_version = fact.version;
  event.incarnation = NumberId(3, static_cast<uint64_t>(fact.incarnation));
  return event;
}

events::Watermark ToWatermark(const SubjectRows& rows) {
  return {rows.mark.version, NumberId(1, rows.mark.event), NumberId(3, static_cast<uint64_t>(rows.mark.incarnation)),
          rows.parked.has_value()};
}

Mark MarkAfter(const Fact& fact) { return {fact.version, fact.event, fact.incarnation}; }

std::optional<int64_t> NextAttempt(int attempts, int64_t now) {
  if (attempts >= static_cast<int>(std::size(kLadder))) return std::nullopt;
  return now + kLadder[attempts];
}

const char* NameOf(ParkKind kind) {
  switch (kind) {
    case ParkKind::kPoison:
      return "POISON";
    case ParkKind::kGap:
      return "GAP";
    case ParkKind::kFork:
      return "FORK";
    case ParkKind::kRestored:
      return "RESTORED";
  }
  return "?";
}

ParkKind KindOf(Verdict verdict) {
  if (verdict == Verdict::kFork) return ParkKind::kFork;
  return verdict == Verdict::kRestored ? ParkKind::kRestored : ParkKind::kGap;
}

bool RefusesForEver(const Fact& fact) { return fact.poison && fact.event % 2 == 0; }

bool Refuses(const Run& run, const Fact& fact) { return RefusesForEver(fact) || (fact.poison && !run.quiet); }

}  // namespace vefa::simulation
