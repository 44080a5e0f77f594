#include <algorithm>
#include <unordered_map>

#include "tests/verify/verdict.h"

namespace vefa::verify {
namespace {

std::string Place(const Published& record) {
  return std::string("vefa.") + kServices[record.service] + ".v1[" + std::to_string(record.partition) + "]@" +
         std::to_string(record.offset);
}
std::string Called(const Evidence& evidence, const Recorded& event) {
  return evidence.names.Text(event.aggregate) + " version " + std::to_string(event.version) + " (" +
         event.event_id.ToString() + ")";
}

using ById = std::unordered_map<Uuid, const Recorded*>;

Verdict JudgeVersions(const Evidence& evidence) {
  Verdict verdict{"I3", "versions in the ledgers run 1..n, in the order of their ids", 0, 0, {}, {}};
  std::vector<const Recorded*> rows;
  rows.reserve(evidence.ledger.size());
  for (const Recorded& event : evidence.ledger) rows.push_back(&event);
  std::sort(rows.begin(), rows.end(), [](const Recorded* a, const Recorded* b) {
    return std::tie(a->service, a->aggregate, a->id) < std::tie(b->service, b->aggregate, b->id);
  });
  int64_t last = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    bool is_first = i == 0 || rows[i - 1]->aggregate != rows[i]->aggregate || rows[i - 1]->service != rows[i]->service;
    ++verdict.checked;
    verdict.figures["aggregates"] += is_first;
    if (rows[i]->version != (is_first ? 1 : last + 1))
      verdict.Violate(Called(evidence, *rows[i]) + " comes after version " + std::to_string(is_first ? 0 : last));
    last = rows[i]->version;
  }
  // A contact's own version is the last one of its events.
  std::unordered_map<std::string, int64_t> versions;
  for (const Recorded& event : evidence.ledger)
    if (event.service == 0) versions[evidence.names.Text(event.aggregate)] = std::max<int64_t>(versions[evidence.names.Text(event.aggregate)], event.version);
  for (const Contact& contact : evidence.contacts) {
    std::string key = contact.tenant.ToString() + "/contacts/" + contact.id.ToString();
    if (auto found = versions.find(key); found == versions.end() || found->second != contact.version)
      verdict.Violate(key + " is at version " + std::to_string(contact.version) + ", its events are not");
  }
  return verdict;
}

Verdict JudgeLost(const Evidence& evidence, const std::unordered_map<Uuid, int64_t>& copies) {
  Verdict verdict{"I4", "every recorded event is in Kafka", 0, 0, {}, {}};
  verdict.figures["pending"] = evidence.pending;
  if (evidence.pending > 0) verdict.Violate(std::to_string(evidence.pending) + " events are not published yet");
  for (const Recorded& event : evidence.ledger) {
    ++verdict.checked;
    if (!copies.contains(event.event_id)) verdict.Violate("lost: " + Called(evidence, event));
  }
  return verdict;
}

Verdict JudgePhantoms(const Evidence& evidence, const ById& by_id) {
  Verdict verdict{"I5", "every record in Kafka is a recorded event, byte for byte", 0, 0, {}, {}};
  for (const Published& record : evidence.kafka) {
    if (record.is_injected) {
      ++verdict.figures["injected by a foreign producer"];
      continue;
    }
    ++verdict.checked;
    auto found = by_id.find(record.event_id);
    if (!record.is_readable || found == by_id.end()) {
      verdict.Violate("phantom: " + Place(record));
      continue;
    }
    const Recorded& event = *found->second;
    if (event.aggregate != record.aggregate || event.version != record.version || event.service != record.service ||
        event.payload_hash != record.payload_hash)
      verdict.Violate("differs from the ledger: " + Place(record) + ", " + Called(evidence, event));
  }
  return verdict;
}

// Repeats are allowed; first occurrences must run 1, 2, 3, … in one partition.
Verdict JudgeOrder(const Evidence& evidence, Verdict& repeats) {
  Verdict verdict{"I6", "first occurrences in Kafka come in the order of versions", 0, 0, {}, {}};
  std::vector<const Published*> records;
  for (const Published& record : evidence.kafka)
    if (!record.is_injected && record.is_readable) records.push_back(&record);
  std::stable_sort(records.begin(), records.end(), [](const Published* a, const Published* b) {
    return std::tie(a->service, a->partition, a->offset) < std::tie(b->service, b->partition, b->offset);
  });
  struct Last {
    int64_t version = 0;
    int32_t partition = -1;
  };
  std::unordered_map<uint64_t, Last> last;
  std::unordered_map<Uuid, int64_t> seen;
  for (const Published* record : records) {
    ++verdict.checked;
    if (++seen[record->event_id] > 1) {
      ++repeats.figures["repeats"];
      continue;
    }
    Last& at = last[static_cast<uint64_t>(record->service) << 32 | record->aggregate];
    if (at.partition >= 0 && at.partition != record->partition)
      verdict.Violate("in two partitions: " + evidence.names.Text(record->aggregate));
    if (record->version != at.version + 1)
      verdict.Violate(Place(*record) + ": " + evidence.names.Text(record->aggregate) + " goes from version " +
                      std::to_string(at.version) + " to " + std::to_string(record->version));
    at.version = std::max(at.version, record->version);
    at.partition = record->partition;
  }
  repeats.checked = verdict.checked;
  repeats.figures["distinct"] = static_cast<int64_t>(seen.size());
  return verdict;
}

}  // namespace

std::vector<Verdict> JudgeLedger(const Evidence& evidence) {
  ById by_id;
  Verdict versions = JudgeVersions(evidence);
  for (const Recorded& event : evidence.ledger)
    if (!by_id.emplace(event.event_id, &event).second) versions.Violate("one id, two events: " + Called(evidence, event));
  std::unordered_map<Uuid, int64_t> copies;
  for (const Published& record : evidence.kafka)
    if (!record.is_injected && record.is_readable) ++copies[record.event_id];
  Verdict repeats{"I7", "repeats in Kafka are counted", 0, 0, {{"repeats", 0}}, {}};
  Verdict lost = JudgeLost(evidence, copies);
  Verdict phantoms = JudgePhantoms(evidence, by_id);
  Verdict order = JudgeOrder(evidence, repeats);
  return {std::move(versions), std::move(lost), std::move(phantoms), std::move(order), std::move(repeats)};
}

}  // namespace vefa::verify
