#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/kafka/message.h"

namespace vefa::kafka {

// An idempotent producer that publishes batches in order. After a fatal error or a deadline it
// forgets what is in flight and builds itself anew, so a record may arrive twice but is never
// skipped. Used by one thread.
class Producer {
 public:
  Producer(std::string brokers, std::string client_id);
  ~Producer();

  // Produces the records in order and waits until Kafka acknowledged each, the deadline passed or
  // `stop` says so. Element i tells whether record i was acknowledged.
  std::vector<bool> Publish(const std::vector<Record>& records, Deadline deadline, const std::function<bool()>& stop);

 private:
  struct Handle;
  Status Open();

  const std::string brokers_;
  const std::string client_id_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace vefa::kafka
