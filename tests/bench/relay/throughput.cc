#include "libs/events/relay_record.h"
#include "libs/events/relay_store.h"
#include "libs/kafka/producer.h"
#include "tests/bench/relay/outbox.h"

namespace vefa::bench {
namespace {

constexpr int kEvents = 100000;
constexpr int kRounds = 5;
constexpr size_t kRead = 4000;
constexpr size_t kInFlight = 8000;
constexpr int kBacklog = 300000;
constexpr std::chrono::minutes kLongest(2);

// Until a relay that was idle has published everything.
double Relayed(Outbox& outbox, events::Relay& relay) {
  outbox.Fill(kEvents);
  return kEvents / Seconds([&] {
           relay.Wake();
           Outbox::Must(testing::Eventually([&] { return outbox.Empty(); }, kLongest), "relaying");
         });
}

// The relay's own statements: one round trip deletes what the one before read, and reads on.
double ReadOnly(Outbox& outbox) {
  outbox.Fill(kEvents);
  SystemClock clock;
  events::RelayStore store(outbox.database.pump(), NewUuidV7(clock));
  Outbox::Must(store.Check(Deadline::After(kLongest)).ok(), "checking the database");
  return kEvents / Seconds([&] {
           std::vector<int64_t> done;
           for (;;) {
             auto rows = store.Exchange(done, events::kEveryLane, {}, kRead, Deadline::After(kLongest));
             Outbox::Must(rows.ok(), "reading");
             done = rows->ids();
             if (done.empty()) break;
           }
         });
}

// The relay's own producer and headers, with as much in flight.
double ProduceOnly(Outbox& outbox) {
  SystemClock clock;
  events::RecordWriter writer(outbox.source);
  kafka::Producer producer(testing::KafkaBrokers(), "bench");
  Outbox::Must(producer.CountPartitions(outbox.source.topic, Deadline::After(kLongest)).ok(), "finding the topic");
  events::Event event;
  event.tenant = outbox.database.tenant();
  event.type = "thing.happened";
  event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  event.payload = std::string(200, 'x');
  event.aggregate_version = 1;
  event.occur_time = event.record_time = clock.Now();
  return kEvents / Seconds([&] {
           for (int sent = 0; sent < kEvents || producer.in_flight() > 0;) {
             for (; sent < kEvents && producer.in_flight() < kInFlight; ++sent) {
               event.id = NewUuidV7(clock);
               event.subject = "things/" + event.id.ToString();
               Outbox::Must(producer.Send(writer.Write(event), static_cast<uint64_t>(sent)), "producing");
             }
             Outbox::Must(!producer.Poll(std::chrono::milliseconds(50)).lost, "producing");
           }
         });
}

}  // namespace

void WarmUp(Outbox& outbox) {
  for (int round = 0; round < 3; ++round) {
    events::Relay relay(outbox.database.pump(), testing::KafkaBrokers(), outbox.source, outbox.metrics);
    Relayed(outbox, relay);
  }
}

void CompareThroughput(Outbox& outbox) {
  std::vector<double> relay_rates, read_rates, produce_rates;
  for (int round = 0; round < Rounds(kRounds); ++round) {
    {
      events::Relay relay(outbox.database.pump(), testing::KafkaBrokers(), outbox.source, outbox.metrics);
      outbox.Fill(1);
      Outbox::Must(testing::Eventually([&] { return outbox.Empty(); }, kLongest), "starting the relay");
      relay_rates.push_back(Relayed(outbox, relay));
    }
    read_rates.push_back(ReadOnly(outbox));
    produce_rates.push_back(ProduceOnly(outbox));
  }
  Print("relay", Median(relay_rates), "events/s", "reading and deleting alone", Median(read_rates));
  Print("relay", Median(relay_rates), "events/s", "producing alone", Median(produce_rates));
  outbox.Fill(kBacklog);
  double seconds = Seconds([&] {
    events::Relay relay(outbox.database.pump(), testing::KafkaBrokers(), outbox.source, outbox.metrics);
    Outbox::Must(testing::Eventually([&] { return outbox.Empty(); }, kLongest), "draining");
  });
  Print("relay drain of 300000", seconds, "s", "the limit", 20);
}

}  // namespace vefa::bench
