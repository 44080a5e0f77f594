#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "tests/verify/verdict.h"

namespace vefa::verify {
namespace {

std::string Called(const Entry& entry) {
  return "contacts/" + entry.contact.ToString() + " kind " + std::to_string(entry.kind) + " at " +
         std::to_string(entry.occur_micros);
}

// Aggregates that only a foreign producer ever wrote about.
std::unordered_set<uint32_t> Injected(const Evidence& evidence) {
  std::unordered_set<uint32_t> injected(evidence.injected.begin(), evidence.injected.end());
  for (const Published& record : evidence.kafka)
    if (record.is_injected) injected.insert(record.aggregate);
  for (const Recorded& event : evidence.ledger) injected.erase(event.aggregate);
  return injected;
}

Verdict JudgeTimeline(const Evidence& evidence, const std::unordered_set<uint32_t>& injected) {
  Verdict verdict{"I8", "timelines are what a fold of the ledgers gives, row by row", 0, 0, {}, {}};
  std::vector<Entry> wanted = evidence.timeline_wanted;
  std::vector<Entry> stored;
  for (const Entry& entry : evidence.timeline) {
    int64_t aggregate = evidence.names.Find(entry.tenant.ToString() + "/contacts/" + entry.contact.ToString());
    if (aggregate < 0 || !injected.contains(static_cast<uint32_t>(aggregate))) stored.push_back(entry);
  }
  std::sort(wanted.begin(), wanted.end());
  std::sort(stored.begin(), stored.end());
  verdict.checked = static_cast<int64_t>(wanted.size());
  auto want = wanted.begin();
  auto have = stored.begin();
  while (want != wanted.end() || have != stored.end()) {
    if (have == stored.end() || (want != wanted.end() && *want < *have)) {
      verdict.Violate("missing: " + Called(*want++));
    } else if (want == wanted.end() || *have < *want) {
      verdict.Violate((have != stored.begin() && *(have - 1) == *have ? "twice: " : "not expected: ") + Called(*have));
      ++have;
    } else {
      ++want;
      ++have;
    }
  }
  return verdict;
}

// The highest version of each aggregate, by service.
std::vector<std::unordered_map<uint32_t, int64_t>> Heads(const Evidence& evidence) {
  std::vector<std::unordered_map<uint32_t, int64_t>> heads(std::size(kServices));
  for (const Recorded& event : evidence.ledger) {
    int64_t& head = heads[event.service][event.aggregate];
    head = std::max(head, event.version);
  }
  return heads;
}

Verdict JudgeWatermarks(const Evidence& evidence, const std::unordered_set<uint32_t>& injected) {
  Verdict verdict{"I9", "consumers have applied the last version of everything, and parked what was injected only", 0, 0,
                  {{"forks", 0}, {"gaps", 0}, {"parked", 0}}, {}};
  auto heads = Heads(evidence);
  std::unordered_map<uint64_t, int64_t> applied;
  for (const Applied& one : evidence.applied)
    applied[static_cast<uint64_t>(one.consumer) << 32 | one.aggregate] = one.version;
  for (const auto& [consumer, services] : evidence.reads)
    for (uint32_t service : services)
      for (const auto& [aggregate, head] : heads[service]) {
        ++verdict.checked;
        auto found = applied.find(static_cast<uint64_t>(consumer) << 32 | aggregate);
        int64_t at = found == applied.end() ? 0 : found->second;
        if (at != head)
          verdict.Violate(evidence.names.Text(consumer) + " is at version " + std::to_string(at) + " of " +
                          std::to_string(head) + ": " + evidence.names.Text(aggregate));
      }
  for (const Parked& parked : evidence.parked) {
    ++verdict.figures["parked"];
    // What a foreign producer wrote about an aggregate of ours may be noticed as a fork or a gap; only what it
    // invented may stand still.
    if (injected.contains(parked.aggregate)) continue;
    verdict.figures["forks"] += parked.kind == "FORK";
    verdict.figures["gaps"] += parked.kind == "GAP";
    verdict.Violate(evidence.names.Text(parked.consumer) + " parked " + evidence.names.Text(parked.aggregate) + ": " +
                    parked.kind + " " + parked.reason);
  }
  std::unordered_map<std::string, Uuid> by_version;
  for (const Recorded& event : evidence.ledger) {
    std::string key = std::to_string(event.service) + ' ' + std::to_string(event.aggregate) + ' ' + std::to_string(event.version);
    auto [found, added] = by_version.try_emplace(key, event.event_id);
    if (added || found->second == event.event_id) continue;
    ++verdict.figures["forks"];
    verdict.Violate("fork: two events of " + evidence.names.Text(event.aggregate) + " version " + std::to_string(event.version));
  }
  verdict.figures["injected"] = static_cast<int64_t>(injected.size());
  verdict.figures["unreadable"] = evidence.unreadable;
  return verdict;
}

Verdict JudgePositions(const Evidence& evidence) {
  Verdict verdict{"I10", "positions of consumers never go back by themselves", 0, 0, {}, {}};
  std::map<std::tuple<std::string, std::string, int32_t>, int64_t> last;
  for (const Position& position : evidence.positions) {
    ++verdict.checked;
    int64_t& before = last[{position.consumer, position.topic, position.partition}];
    if (position.next_offset < before && !position.may_go_back)
      verdict.Violate(position.consumer + " went back from " + std::to_string(before) + " to " +
                      std::to_string(position.next_offset) + " in " + position.topic + "/" +
                      std::to_string(position.partition));
    before = position.next_offset;
  }
  return verdict;
}

}  // namespace

std::vector<Verdict> JudgeConsumers(const Evidence& evidence) {
  std::unordered_set<uint32_t> injected = Injected(evidence);
  return {JudgeTimeline(evidence, injected), JudgeWatermarks(evidence, injected), JudgePositions(evidence)};
}

}  // namespace vefa::verify
