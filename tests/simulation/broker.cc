#include "tests/simulation/broker.h"

#include <algorithm>
#include <utility>

namespace vefa::simulation {
namespace {

constexpr size_t kRequestsMax = 5;  // max.in.flight.requests.per.connection of an idempotent producer.

}  // namespace

int Broker::Open() {
  producers_[next_producer_];
  return next_producer_++;
}

void Broker::Produce(int producer, const Fact& fact) {
  producers_.at(producer).streams[PartitionOf(fact.subject)].records.push_back(fact);
}

std::vector<int64_t> Broker::TakeAcknowledged(int producer) {
  return std::exchange(producers_.at(producer).acknowledged, {});
}

void Broker::Close(int producer) { producers_.at(producer).alive = false; }

void Broker::Step() {
  struct Choice {
    Producer* producer;
    int partition;
    Stream* stream;
    bool send;
  };
  std::vector<Choice> choices;
  for (auto at = producers_.begin(); at != producers_.end();) {
    Producer& producer = at->second;
    bool wire = false;
    for (auto& [partition, stream] : producer.streams) {
      if (producer.alive && !producer.fatal && stream.sent < stream.records.size() && stream.wire.size() < kRequestsMax)
        choices.push_back({&producer, partition, &stream, true});
      if (!stream.wire.empty()) choices.push_back({&producer, partition, &stream, false});
      wire = wire || !stream.wire.empty();
    }
    at = producer.alive || wire ? std::next(at) : producers_.erase(at);
  }
  if (choices.empty()) return;
  const Choice& choice = choices[run_.random.Below(choices.size())];
  if (choice.send) {
    Send(*choice.stream);
  } else {
    Deliver(*choice.producer, choice.partition, *choice.stream);
  }
}

void Broker::Send(Stream& stream) {
  size_t size = std::min(stream.records.size() - stream.sent, run_.random.Below(4) + 1);
  stream.wire.push_back({stream.sent, size});
  stream.sent += size;
}

void Broker::Deliver(Producer& producer, int partition, Stream& stream) {
  size_t which = run_.random.Below(stream.wire.size());
  Request request = stream.wire[which];
  stream.wire.erase(stream.wire.begin() + static_cast<std::ptrdiff_t>(which));
  bool usable = producer.alive && !producer.fatal;
  // A dead producer's connection is cut: what is on its way arrives or does not.
  bool arrives = !down_ && (usable || run_.random.Chance(500)) && request.first <= stream.appended;
  if (arrives) Append(producer, partition, stream, request);
  bool answered = arrives && !run_.Fault(run_.profile.answer_lost);
  if (!usable) return;
  if (!answered) {
    // Sent again from the first that is not acknowledged, under the same numbers.
    stream.wire.clear();
    stream.sent = stream.acknowledged;
    return;
  }
  for (; stream.acknowledged < request.first + request.size; ++stream.acknowledged)
    producer.acknowledged.push_back(stream.records[stream.acknowledged].row);
  stream.sent = std::max(stream.sent, stream.acknowledged);
}

void Broker::Append(Producer&, int partition, Stream& stream, const Request& request) {
  // What has been appended already is known by its number and not appended again.
  for (; stream.appended < request.first + request.size; ++stream.appended) {
    const Fact& fact = stream.records[stream.appended];
    run_.Trace("broker: partition ", partition, " offset ", log(partition).size(), ": row ", fact.row, " subject ",
               fact.subject, " version ", fact.version, " life ", fact.incarnation);
    logs_[static_cast<size_t>(partition)].push_back(fact);
  }
}

void Broker::FailSomeProducer() {
  std::vector<Producer*> alive;
  for (auto& [id, producer] : producers_) {
    if (producer.alive && !producer.fatal) alive.push_back(&producer);
  }
  if (alive.empty()) return;
  run_.Trace("broker: a producer meets a fatal error");
  alive[run_.random.Below(alive.size())]->fatal = true;
}

void Broker::LoseTail() {
  auto& log = logs_[run_.random.Below(logs_.size())];
  size_t gone = run_.random.Below(std::min<size_t>(log.size(), 8) + 1);
  run_.Trace("broker: loses ", gone, " records of ", log.size());
  log.resize(log.size() - gone);
  lost_ = true;
  // The numbers that the broker remembers are no longer those that producers remember.
  for (auto& [id, producer] : producers_) {
    producer.fatal = true;
    for (auto& [partition, stream] : producer.streams) stream.wire.clear();
  }
}

}  // namespace vefa::simulation
