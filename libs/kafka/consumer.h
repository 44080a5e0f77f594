#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/kafka/message.h"

namespace vefa::kafka {

using Partition = std::pair<std::string, int32_t>;  // topic, number

// Reads topics as a member of a group. Where to start is decided by the owner, not by Kafka: on
// assignment `start` is asked for the next offset of each partition. Used by one thread.
class Consumer {
 public:
  // Returns the next offset per partition; a partition left out starts at its beginning.
  using Start = std::function<std::map<Partition, int64_t>(const std::vector<Partition>&)>;
  // Told which partitions are no longer ours.
  using Revoked = std::function<void(const std::vector<Partition>&)>;

  Consumer(std::string brokers, std::string group, std::vector<std::string> topics, Start start, Revoked revoked);
  ~Consumer();

  // Up to `most` messages; returns when that many are there or `wait` is over. UNAVAILABLE while
  // no broker can be reached is not an error here: the batch is empty.
  Result<std::vector<Message>> Poll(size_t most, std::chrono::milliseconds wait);
  // Reads again from the given offsets, after a batch that could not be applied.
  Status Seek(const std::map<Partition, int64_t>& offsets);
  // Messages between the position of each assigned partition and its end, as last heard.
  int64_t Lag() const;

 private:
  struct Handle;
  Status Open();
  std::string brokers_;
  std::string group_;
  std::vector<std::string> topics_;
  Start start_;
  Revoked revoked_;
  std::unique_ptr<Handle> handle_;
};

// Reads every partition of some topics without a group, from their ends minus `back` messages
// each. For watchers such as the gateway's live stream. Used by one thread.
class Tail {
 public:
  Tail(std::string brokers, std::vector<std::string> topics, int64_t back);
  ~Tail();
  std::vector<Message> Poll(size_t most, std::chrono::milliseconds wait);

 private:
  struct Handle;
  bool Open();
  std::string brokers_;
  std::vector<std::string> topics_;
  int64_t back_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace vefa::kafka
