#include "tests/simulation/run.h"

namespace vefa::simulation {
namespace {

// Off in about half of the schedules; otherwise up to `most` per mille.
int Sometimes(Random& random, int most) { return random.Chance(500) ? random.Between(1, most) : 0; }

}  // namespace

Profile ProfileOf(Random& random) {
  Profile profile;
  profile.subjects = random.Between(1, 5);
  profile.partitions = random.Between(1, 3);
  profile.lanes = random.Between(1, 4);
  profile.writers = random.Between(1, 6);
  profile.transactions = random.Between(8, 40);
  profile.relays = random.Between(1, 3);
  profile.consumers = random.Between(1, 3);
  profile.leases = random.Chance(500);
  profile.in_flight_max = static_cast<size_t>(random.Between(1, 16));
  profile.batch_max = static_cast<size_t>(random.Between(1, 8));
  profile.rollback = Sometimes(random, 300);
  profile.several_rows = Sometimes(random, 500);
  profile.poison = Sometimes(random, 60);
  profile.foreign = Sometimes(random, 200);
  profile.trouble = Sometimes(random, 150);
  profile.answer_lost = Sometimes(random, 200);
  profile.relay_crash = Sometimes(random, 60);
  profile.producer_loss = Sometimes(random, 40);
  profile.consumer_crash = Sometimes(random, 60);
  profile.rebalance = Sometimes(random, 30);
  profile.seek = Sometimes(random, 10);
  profile.pause = Sometimes(random, 30);
  profile.broker_outage = Sometimes(random, 20);
  profile.database_crash = Sometimes(random, 8);
  profile.store_crash = Sometimes(random, 8);
  profile.lanes_move = Sometimes(random, 30);
  profile.restore = random.Chance(100) ? random.Between(1, 8) : 0;
  profile.renew = random.Chance(100) ? random.Between(1, 4) : 0;
  // Not both: a record of the later life that Kafka lost would hide that there is one.
  profile.broker_loss = profile.restore == 0 && profile.renew == 0 && random.Chance(100) ? random.Between(1, 8) : 0;
  return profile;
}

void Figures::Add(const Figures& other) {
  schedules += other.schedules;
  steps += other.steps;
  faults += other.faults;
  acknowledged += other.acknowledged;
  events += other.events;
  records += other.records;
  duplicates += other.duplicates;
  fenced += other.fenced;
  gaps += other.gaps;
  healed += other.healed;
  parked += other.parked;
  restored += other.restored;
  lost += other.lost;
  disordered += other.disordered;
}

}  // namespace vefa::simulation
