#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/kafka/message.h"

namespace vefa::kafka {

// A producer of which Kafka lets one at a time write, whatever processes believe of each other: who
// begins last fences off all before it. For topics where an older record must never be written
// after a newer one. Each batch is one transaction, so a reader with `read_committed` sees a batch or
// nothing. Used by one thread.
class FencedProducer {
 public:
  // `transactional_id` names what is written, the same in every process: `vefa-contact-state`.
  FencedProducer(std::string brokers, std::string transactional_id);
  ~FencedProducer();

  // Becomes the one writer: whatever an earlier one has open is aborted, and it will be refused from
  // now on. Does nothing when we are it already, as far as we know. What is to be published must be read
  // after this. UNAVAILABLE `KAFKA_UNAVAILABLE`; ABORTED `PRODUCER_FENCED` when another began meanwhile.
  Status Begin(std::chrono::milliseconds timeout);

  // Publishes the records in order as one transaction and waits for its end, 10 s at the longest. After an error
  // they may have been published or not, and Begin must be called again. ABORTED `PRODUCER_FENCED` when another began;
  // UNAVAILABLE `KAFKA_UNAVAILABLE`; FAILED_PRECONDITION `PRODUCER_NOT_BEGUN`.
  Status Publish(const std::vector<Record>& records);

 private:
  struct Handle;
  const std::string brokers_;
  const std::string transactional_id_;
  std::unique_ptr<Handle> handle_;  // Null until Begin, and after an error.
};

}  // namespace vefa::kafka
