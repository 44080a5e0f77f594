#include "tests/simulation/checks.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/simulation/ladder.h"

namespace vefa::simulation {
namespace {

// The ledger as it stands, which is the truth.
struct Truth {
  std::map<int, std::vector<Fact>> subjects;  // By id.
  std::set<uint64_t> events;
};

Truth CheckLedger(Run& run, const Database& database) {
  Truth truth;
  for (const auto& [row, fact] : database.ledger()) {
    std::vector<Fact>& facts = truth.subjects[fact.subject];
    facts.push_back(fact);
    if (fact.version != static_cast<int64_t>(facts.size()))
      run.Violate(Text("ledger: row ", row, " of subject ", fact.subject, " has version ", fact.version, " at place ",
                       facts.size()));
    truth.events.insert(fact.event);
  }
  run.figures.events = truth.events.size();
  return truth;
}

void CheckWrites(Run& run, const Truth& truth, const Database& database,
                 const std::vector<std::unique_ptr<Writer>>& writers) {
  for (const auto& writer : writers) {
    for (uint64_t event : writer->acknowledged()) {
      ++run.figures.acknowledged;
      // A restore to an earlier point takes writes away that were acknowledged; nothing else does.
      if (!truth.events.contains(event) && !database.undone().contains(event))
        run.Violate(Text("an acknowledged write is lost: event ", event));
    }
  }
}

void CheckBroker(Run& run, const Truth& truth, const Database& database, const Broker& broker) {
  std::set<uint64_t> seen;
  std::map<int, int64_t> last;
  for (int partition = 0; partition < broker.partitions(); ++partition) {
    for (const Fact& fact : broker.log(partition)) {
      ++run.figures.records;
      if (!seen.insert(fact.event).second) {
        ++run.figures.duplicates;
        continue;
      }
      if (!truth.events.contains(fact.event)) {
        if (!database.undone().contains(fact.event)) run.Violate(Text("a phantom in Kafka: event ", fact.event));
        continue;
      }
      int64_t& before = last[fact.subject];
      if (fact.version != before + 1 && !broker.lost()) {
        ++run.figures.disordered;
        run.Violate(Text("Kafka: subject ", fact.subject, " version ", fact.version, " first appears after ", before));
      }
      before = std::max(before, fact.version);
    }
  }
  for (uint64_t event : truth.events) {
    if (seen.contains(event)) continue;
    ++run.figures.lost;
    run.Violate(Text("an event is lost: ", event, " never reached Kafka"));
  }
}

// What a reader has of a subject whose history was undone: told of it, or nobody could have told it.
void CheckUndone(Run& run, int subject, const SubjectRows& rows, const Database& database, const Broker& broker) {
  // What waited was read in another order than it is applied; whoever never waited has read both lives in order.
  for (size_t i = 1; i < rows.effects.size() && !rows.stood; ++i) {
    if (rows.effects[i].incarnation < rows.effects[i - 1].incarnation)
      run.Violate(Text("subject ", subject, ": version ", rows.effects[i].version,
                       " of an undone life was applied over a later one"));
  }
  // An event of the later life that contradicts what was applied, behind it in the topic.
  std::set<uint64_t> applied;
  for (const Fact& fact : rows.effects) applied.insert(fact.event);
  bool undone = false;
  bool told = false;
  for (const Fact& fact : broker.log(broker.PartitionOf(subject))) {
    if (fact.subject != subject) continue;
    told = told || (undone && fact.incarnation == database.incarnation() && !applied.contains(fact.event));
    undone = undone || database.undone().contains(fact.event);
  }
  if (!told) return;
  ++run.figures.restored;
  if (!rows.parked) run.Violate(Text("subject ", subject, " stands on an undone history and nobody says so"));
}

void CheckSubject(Run& run, int subject, const SubjectRows& rows, const std::vector<Fact>& truth,
                  const Database& database, const Broker& broker) {
  auto undone = [&database](const Fact& fact) { return database.undone().contains(fact.event); };
  if (rows.parked) ++run.figures.parked;
  if (std::any_of(rows.effects.begin(), rows.effects.end(), undone))
    return CheckUndone(run, subject, rows, database, broker);
  auto poison = std::find_if(truth.begin(), truth.end(), RefusesForEver);
  size_t expected = static_cast<size_t>(poison - truth.begin());
  // Poison that was undone stands in the way of what came instead of it, until an operator skips it.
  for (const auto& [key, fact] : rows.waiting) {
    if (undone(fact) && RefusesForEver(fact)) return;
  }
  bool equal = rows.effects.size() == expected && static_cast<size_t>(rows.mark.version) == expected;
  for (size_t i = 0; equal && i < expected; ++i) equal = rows.effects[i].event == truth[i].event;
  if (!equal)
    run.Violate(Text("subject ", subject, ": ", rows.effects.size(), " versions applied, watermark ", rows.mark.version,
                     ", parked for ", rows.parked ? NameOf(rows.parked->kind) : "nothing", "; the ledger has ",
                     truth.size()));
  if (rows.parked.has_value() != (poison != truth.end()))
    run.Violate(Text("subject ", subject, rows.parked ? " is parked without a cause" : " has poison and is not parked",
                     rows.parked ? Text(" for ", NameOf(rows.parked->kind)) : ""));
  if (rows.parked && rows.parked->kind != ParkKind::kPoison)
    run.Violate(Text("subject ", subject, " is parked for ", NameOf(rows.parked->kind), ", not for its poison"));
  if (!rows.parked) return;
  for (size_t i = expected; i < truth.size(); ++i) {
    if (!rows.waiting.contains({truth[i].version, truth[i].event}))
      run.Violate(Text("subject ", subject, ": version ", truth[i].version, " is neither applied nor waits"));
  }
}

}  // namespace

void CheckAll(Run& run, const Database& database, const Broker& broker, const Store& store,
              const std::vector<std::unique_ptr<Writer>>& writers) {
  Truth truth = CheckLedger(run, database);
  CheckWrites(run, truth, database, writers);
  CheckBroker(run, truth, database, broker);
  // An alarm is worth something only where it is never raised without a cause. A life that begins is one: when what
  // waited of the earlier one is applied, what followed it in the topic has been dropped as outlived, and the ledger
  // fills the hole.
  if (run.figures.gaps > 0 && !broker.lost() && database.incarnation() == 1)
    run.Violate(Text(run.figures.gaps, " gaps were seen, and Kafka lost nothing"));
  for (int subject = 0; subject < run.profile.subjects; ++subject)
    CheckSubject(run, subject, store.subject(subject), truth.subjects[subject], database, broker);
}

}  // namespace vefa::simulation
