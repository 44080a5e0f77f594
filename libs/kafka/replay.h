#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/kafka/consumer.h"
#include "libs/kafka/message.h"

namespace vefa::kafka {

// Reads everything some topics hold at the moment of opening, without a group, and ends. Used by one thread.
class Replay {
 public:
  // UNAVAILABLE `KAFKA_UNAVAILABLE` when the brokers do not answer before the deadline.
  static Result<std::unique_ptr<Replay>> Open(const std::string& brokers, const std::vector<std::string>& topics,
                                              Deadline deadline);
  ~Replay();

  // Up to `most` records, or 8 MiB of them, waiting at most `wait` for the first; none when there are no more or none came.
  std::vector<Message> Poll(size_t most, std::chrono::milliseconds wait);
  // Whether every partition was read up to where it ended at the opening.
  bool done() const { return left_.empty(); }

 private:
  struct Handle;
  Replay(std::unique_ptr<Handle> handle, std::map<Partition, int64_t> left);
  void Advance(const Partition& partition, int64_t next);

  std::unique_ptr<Handle> handle_;
  std::map<Partition, int64_t> left_;  // Where each partition that is not read through ends.
};

}  // namespace vefa::kafka
