// relay: events from the outbox to Kafka. How many a second, against its two halves alone; how soon,
// against the transaction that records them; and how long a backlog takes.
#include "tests/bench/relay/outbox.h"

#include "libs/events/append.h"

namespace vefa::bench {
namespace {

const postgres::Statement kFill{
    "bench_fill",
    "SELECT " VEFA_APPEND_EVENTS("$1, 'things/' || gen_random_uuid(), 1, gen_random_uuid(), 'thing.happened', now(),"
    " '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', NULL, convert_to(repeat('x', 200), 'UTF8')")
    " FROM generate_series(1, $2)"};

}  // namespace

Outbox::Outbox()
    : database({}), source{"bench", testing::TestTopic("vefa.bench", 24), "vefa.bench.v1.Thing"} {}

void Outbox::Fill(int events) {
  auto filled =
      database.service().Run(postgres::Scope::Tenant(database.tenant()), kFill,
                             postgres::Bound(database.tenant(), events), Deadline::After(std::chrono::minutes(2)));
  Must(filled.ok(), "filling the outbox");
}

bool Outbox::Empty() { return database.Count("SELECT count(*) FROM (SELECT FROM outbox_pending LIMIT 1) p") == 0; }

void Outbox::Must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

}  // namespace vefa::bench

int main() {
  vefa::bench::Outbox outbox;
  // A broker that has just been started compiles itself while it serves.
  vefa::bench::WarmUp(outbox);
  vefa::bench::CompareThroughput(outbox);
  // What autovacuum does within a minute: a backlog of a million has just gone through, and each reading would pass
  // its dead rows.
  outbox.database.Run("VACUUM ANALYZE outbox_pending");
  outbox.database.Run("CHECKPOINT");
  vefa::bench::CompareFreshness(outbox);
  return 0;
}
