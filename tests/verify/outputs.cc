#include <algorithm>
#include <unordered_set>

#include "tests/verify/verdict.h"

namespace vefa::verify {
namespace {

// What a process may have grown by since it was warm; below that growth nobody asks.
constexpr double kGrowthMax = 1.2;
constexpr int64_t kResidentSlackKb = 48 * 1024;
constexpr int64_t kFilesSlack = 24;

Verdict JudgeFeed(const Evidence& evidence) {
  Verdict verdict{"I15", "feeds are numbered without gaps, hold every event once, and readers see them so", 0, 0, {}, {}};
  std::map<Uuid, std::vector<const Fed*>> by_tenant;
  for (const Fed& fed : evidence.feed) by_tenant[fed.tenant].push_back(&fed);
  std::unordered_set<Uuid> fed_ids;
  for (auto& [tenant, events] : by_tenant) {
    std::sort(events.begin(), events.end(), [](const Fed* a, const Fed* b) { return a->seq < b->seq; });
    for (size_t i = 0; i < events.size(); ++i) {
      ++verdict.checked;
      if (events[i]->seq != static_cast<int64_t>(i) + 1)
        verdict.Violate(tenant.ToString() + " has number " + std::to_string(events[i]->seq) + " in place " + std::to_string(i + 1));
      if (!fed_ids.insert(events[i]->event_id).second) verdict.Violate("twice in the feed: " + events[i]->event_id.ToString());
    }
  }
  if (!evidence.feed.empty())
    for (const Recorded& event : evidence.ledger)
      if (!fed_ids.contains(event.event_id)) verdict.Violate("not in the feed: " + event.event_id.ToString());
  for (const auto& [tenant, read] : evidence.feed_read) {
    const auto& events = by_tenant[tenant];
    verdict.figures["read"] += static_cast<int64_t>(read.size());
    for (size_t i = 0; i < std::max(read.size(), events.size()); ++i) {
      if (i < read.size() && i < events.size() && read[i] == events[i]->event_id) continue;
      verdict.Violate("a reader of " + tenant.ToString() + " differs from place " + std::to_string(i + 1) + " (" +
                      std::to_string(read.size()) + " read, " + std::to_string(events.size()) + " there)");
      break;
    }
  }
  return verdict;
}

Verdict JudgeTenants(const Evidence& evidence) {
  Verdict verdict{"I17", "no output of a tenant holds another's words", evidence.outputs_searched, 0, {}, {}};
  for (const std::string& place : evidence.foreign_places) verdict.Violate(place);
  verdict.violations = evidence.foreign_words;
  return verdict;
}

Verdict JudgeProcesses(const Evidence& evidence) {
  Verdict verdict{"I18", "memory, files and connections end where they began", 0, 0, {}, {}};
  std::map<std::string, const Process*> begin;
  for (const Process& process : evidence.processes)
    if (!process.is_end) begin[process.name] = &process;
  for (const Process& end : evidence.processes) {
    if (!end.is_end || !begin.contains(end.name)) continue;
    const Process& start = *begin[end.name];
    ++verdict.checked;
    auto grew = [&](const char* what, int64_t from, int64_t to, int64_t slack) {
      if (static_cast<double>(to) > std::max(kGrowthMax * static_cast<double>(from), static_cast<double>(from + slack)))
        verdict.Violate(end.name + ": " + what + " from " + std::to_string(from) + " to " + std::to_string(to));
    };
    grew("resident kB", start.resident_kb, end.resident_kb, kResidentSlackKb);
    grew("files", start.files, end.files, kFilesSlack);
    grew("sockets", start.sockets, end.sockets, kFilesSlack);
    verdict.figures[end.name + " kB"] = end.resident_kb;
    verdict.figures[end.name + " kB at start"] = start.resident_kb;
  }
  return verdict;
}

}  // namespace

std::vector<Verdict> JudgeOutputs(const Evidence& evidence) {
  return {JudgeFeed(evidence), JudgeTenants(evidence), JudgeProcesses(evidence)};
}

}  // namespace vefa::verify
