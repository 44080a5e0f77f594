#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/kafka/message.h"

namespace vefa::kafka {

// An idempotent producer: what it sends to one partition arrives as a prefix without holes. After a
// fatal error or one failed delivery it forgets what is in flight and builds itself anew, so a record
// may arrive twice but none is skipped, as long as its user sends again what was forgotten. Used by
// one thread, except Wake.
class Producer {
 public:
  // What Kafka said since the last Poll.
  struct Report {
    std::vector<uint64_t> acknowledged;  // Tokens, in no particular order.
    bool lost = false;                   // What is not acknowledged by now is forgotten: send it again.
  };

  Producer(std::string brokers, std::string client_id);
  ~Producer();

  // Queues a record behind those before it; Poll gives `token` back once Kafka acknowledged it. False
  // when it was refused: then the next Poll reports the loss of everything in flight, and nothing may
  // be sent before that.
  bool Send(const Record& record, uint64_t token);
  // Returns as soon as there is something to say or Wake was called, after `wait` at the latest.
  Report Poll(std::chrono::milliseconds wait);
  // Ends a Poll that waits, or the next one. Thread-safe, never blocks.
  void Wake();
  // Forgets what is in flight, as after a loss.
  void Rebuild();
  size_t in_flight() const { return in_flight_; }

  // How many partitions a topic has, once its brokers take records for each. To be asked before the first Send to a
  // topic that may be new. NOT_FOUND `TOPIC_MISSING`; UNAVAILABLE `KAFKA_UNAVAILABLE`.
  Result<int> CountPartitions(const std::string& topic, Deadline deadline);

  // Sends the records in order and waits until Kafka acknowledged each, the deadline passed or `stop`
  // says so. Element i tells whether record i was acknowledged. Only while nothing else is in flight.
  std::vector<bool> Publish(const std::vector<Record>& records, Deadline deadline, const std::function<bool()>& stop);

 private:
  struct Handle;
  Status Open();
  Status AwaitLeaders(const std::string& topic, int partitions, Deadline deadline);

  const std::string brokers_;
  const std::string client_id_;
  const int wake_fd_;  // Readable when Kafka or Wake has something to say.
  bool failed_ = false;
  size_t in_flight_ = 0;
  std::unique_ptr<Handle> handle_;
};

}  // namespace vefa::kafka
