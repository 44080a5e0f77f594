#include "tests/simulation/schedule.h"

#include "tests/simulation/checks.h"

namespace vefa::simulation {
namespace {

constexpr int kStepsMax = 60'000;        // Until the writers are done; they would otherwise wait for ever.
constexpr int kQuietStepsMax = 300'000;  // Until everything rests; more means that it never will.
constexpr int kSleepMax = 400;           // Milliseconds that a process stands still.

}  // namespace

template <typename Part>
void Schedule::Add(Part& part) {
  processes_.push_back({&part, [](void* self) { static_cast<Part*>(self)->Step(); }});
}

Schedule::Schedule(Run& run)
    : run_(run),
      database_(run, run.profile.subjects),
      broker_(run, run.profile.partitions),
      store_(run, run.profile.subjects, run.profile.partitions),
      transactions_left_(run.profile.transactions) {
  group_.owner.resize(static_cast<size_t>(run.profile.partitions));
  for (int i = 0; i < run.profile.writers; ++i)
    Add(*writers_.emplace_back(std::make_unique<Writer>(run, database_, transactions_left_)));
  for (int i = 0; i < run.profile.relays; ++i)
    Add(*relays_.emplace_back(std::make_unique<Relay>(run, i, database_, broker_)));
  for (int i = 0; i < run.profile.consumers; ++i) {
    Add(*consumers_.emplace_back(std::make_unique<Consumer>(run, i, broker_, group_, store_)));
    Add(*menders_.emplace_back(std::make_unique<Mender>(run, i, database_, store_)));
    Add(*retries_.emplace_back(std::make_unique<Retry>(run, i, store_)));
  }
  Rebalance();
  MoveLanes();
}

void Schedule::Rebalance() {
  ++group_.generation;
  for (int& owner : group_.owner) owner = static_cast<int>(run_.random.Below(consumers_.size()));
}

void Schedule::MoveLanes() {
  if (!run_.profile.leases) return;
  std::vector<uint64_t> lanes(relays_.size());
  for (int lane = 0; lane < run_.profile.lanes; ++lane) lanes[run_.random.Below(lanes.size())] |= 1ULL << lane;
  for (size_t i = 0; i < relays_.size(); ++i) relays_[i]->Lease(lanes[i]);
}

void Schedule::DisturbEngines() {
  const Profile& profile = run_.profile;
  if (run_.Fault(profile.broker_outage)) ++run_.figures.faults, broker_.SetDown(!broker_.down());
  if (run_.Fault(profile.database_crash)) ++run_.figures.faults, database_.Crash();
  if (run_.Fault(profile.store_crash)) ++run_.figures.faults, store_.Crash();
  if (run_.Fault(profile.producer_loss)) ++run_.figures.faults, broker_.FailSomeProducer();
  if (run_.random.Chance(100)) database_.Flush();
  if (run_.Fault(profile.renew)) ++run_.figures.faults, database_.Renew();
  if (!restored_ && run_.Fault(profile.restore)) {
    restored_ = true;
    ++run_.figures.faults;
    database_.Restore();
  }
  if (!lost_ && run_.Fault(profile.broker_loss)) {
    lost_ = true;
    ++run_.figures.faults;
    broker_.LoseTail();
  }
}

void Schedule::DisturbProcesses() {
  const Profile& profile = run_.profile;
  if (run_.Fault(profile.relay_crash)) ++run_.figures.faults, relays_[run_.random.Below(relays_.size())]->Crash();
  if (run_.Fault(profile.consumer_crash)) {
    ++run_.figures.faults;
    size_t which = run_.random.Below(consumers_.size());
    consumers_[which]->Crash();
    menders_[which]->Crash();
    retries_[which]->Crash();
  }
  if (run_.Fault(profile.rebalance)) ++run_.figures.faults, Rebalance();
  if (run_.Fault(profile.lanes_move)) ++run_.figures.faults, MoveLanes();
  if (run_.Fault(profile.pause)) {
    ++run_.figures.faults;
    processes_[run_.random.Below(processes_.size())].asleep_until = run_.now + run_.random.Between(1, kSleepMax);
  }
  if (run_.Fault(profile.seek)) {
    ++run_.figures.faults;
    int partition = static_cast<int>(run_.random.Below(static_cast<size_t>(profile.partitions)));
    size_t places = static_cast<size_t>(store_.position(partition)) + 1;
    store_.Seek(partition, static_cast<int64_t>(run_.random.Below(places)));
  }
}

void Schedule::StepSomebody() {
  ++run_.figures.steps;
  run_.now += run_.random.Between(0, 3);
  size_t who = run_.random.Below(processes_.size() + 2);
  if (who >= processes_.size()) {
    broker_.Step();
    return;
  }
  Process& process = processes_[who];
  if (process.asleep_until <= run_.now || run_.quiet) process.step(process.self);
}

// Nothing to publish, nothing to read, nobody due to be tried again.
bool Schedule::AtRest() const {
  if (!database_.pending().empty() || !to_seek_.empty()) return false;
  for (int partition = 0; partition < broker_.partitions(); ++partition) {
    if (store_.position(partition) < static_cast<int64_t>(broker_.log(partition).size())) return false;
  }
  for (int subject = 0; subject < run_.profile.subjects; ++subject) {
    const auto& parked = store_.subject(subject).parked;
    if (parked && parked->next_attempt) return false;
  }
  return true;
}

// No more faults. Operators do what the manuals say; then everything has to come to rest by itself.
void Schedule::Quieten() {
  run_.quiet = true;
  run_.Trace("quiet");
  broker_.SetDown(false);
  Settle();
  if (!lost_) return;
  // Only now: rows that a relay is about to delete would not become pending again.
  run_.Trace("an operator replays the ledger and sets all readers back");
  database_.Replay(1, database_.last_id());
  for (int partition = 0; partition < broker_.partitions(); ++partition) to_seek_.push_back(partition);
  Settle();
}

void Schedule::Settle() {
  for (int step = 0; step < kQuietStepsMax; ++step) {
    StepSomebody();
    while (!to_seek_.empty() && store_.Seek(to_seek_.back(), 0)) to_seek_.pop_back();
    if (step % 64 != 63) continue;
    run_.now += 600'000;
    if (AtRest()) return;
  }
  std::string positions;
  for (int partition = 0; partition < broker_.partitions(); ++partition)
    positions += Text(" ", store_.position(partition), " of ", broker_.log(partition).size());
  run_.Violate(Text("it never comes to rest: ", database_.pending().size(), " rows are pending, readers are at",
                    positions));
}

void Schedule::Play() {
  for (int step = 0; step < kStepsMax; ++step) {
    if (step % 8 == 0) DisturbEngines();
    if (step % 8 == 4) DisturbProcesses();
    StepSomebody();
    bool done = true;
    for (const auto& writer : writers_) done = done && writer->done();
    if (done) break;
  }
  transactions_left_ = 0;
  for (int step = static_cast<int>(run_.random.Below(300)); step > 0; --step) StepSomebody();
  Quieten();
  CheckAll(run_, database_, broker_, store_, writers_);
  run_.figures.schedules = 1;
}

}  // namespace vefa::simulation
