#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "tests/simulation/database.h"

namespace vefa::simulation {

// Kafka as its clients see it: partitions, and idempotent producers. What a producer was given for a
// partition goes out in requests, five at most at a time, which may be lost, repeated or overtaken;
// the broker takes each only in the order of its numbers. So what a producer leaves behind when it
// dies is, per partition, its beginning without a hole - and a request of a dead producer may still
// arrive after its successor began.
class Broker {
 public:
  Broker(Run& run, int partitions) : run_(run), logs_(static_cast<size_t>(partitions)) {}

  int PartitionOf(int subject) const { return subject % static_cast<int>(logs_.size()); }

  // A new producer. One that died is never heard again.
  int Open();
  void Produce(int producer, const Fact& fact);
  // The rows acknowledged since the last call, in the order per partition.
  std::vector<int64_t> TakeAcknowledged(int producer);
  // The producer met an error after which it cannot go on.
  bool IsFatal(int producer) const { return producers_.at(producer).fatal; }
  void Close(int producer);

  // One thing happens on the network between the producers and the broker.
  void Step();
  void SetDown(bool down) { down_ = down; }
  bool down() const { return down_; }
  // Something happens to a producer.
  void FailSomeProducer();
  // The end of a partition is lost, although it was acknowledged.
  void LoseTail();

  const std::vector<Fact>& log(int partition) const { return logs_[static_cast<size_t>(partition)]; }
  int partitions() const { return static_cast<int>(logs_.size()); }
  // Whether a tail was lost: then the same offset may mean two records.
  bool lost() const { return lost_; }

 private:
  struct Request {
    size_t first;
    size_t size;
  };
  // What one producer has for one partition.
  struct Stream {
    std::vector<Fact> records;
    size_t sent = 0;          // Given to requests.
    size_t appended = 0;      // The next number that the broker takes.
    size_t acknowledged = 0;
    std::vector<Request> wire;
  };
  struct Producer {
    bool alive = true;
    bool fatal = false;
    std::map<int, Stream> streams;
    std::vector<int64_t> acknowledged;
  };
  void Send(Stream& stream);
  void Deliver(Producer& producer, int partition, Stream& stream);
  void Append(Producer& producer, int partition, Stream& stream, const Request& request);

  Run& run_;
  std::vector<std::vector<Fact>> logs_;
  std::map<int, Producer> producers_;
  int next_producer_ = 1;
  bool down_ = false;
  bool lost_ = false;
};

}  // namespace vefa::simulation
