#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libs/events/consumer_control.h"
#include "libs/kafka/producer.h"
#include "libs/postgres/database.h"

namespace vefa::events {

// Copies what a consumer parked or refused to the dead letter topic: key, value and headers as they were
// read, and five headers that say why and from where. The original stays where it is; a crash may copy
// twice. Owned and used by one thread.
class DeadLetters {
 public:
  // `wait` is how long a hole may take to be healed before what waits behind it is copied.
  DeadLetters(const std::string& consumer, const std::string& topic, const std::string& brokers, postgres::Database& pump,
              ConsumerMetrics& metrics, std::chrono::milliseconds wait)
      : consumer_(consumer), topic_(topic), pump_(pump), metrics_(metrics), wait_(wait),
        producer_(brokers, consumer + "-dead-letters") {}

  // Copies a bounded number. True when there may be more. UNAVAILABLE `KAFKA_UNAVAILABLE` when Kafka does not
  // acknowledge: then what it did acknowledge is noted all the same.
  Result<bool> Copy(const std::function<bool()>& stop);

 private:
  struct Letter {
    kafka::Record record;
    bool parked = false;  // Else refused.
    Uuid tenant;
    std::string subject;
    int64_t version = 0;
    Uuid id;
    std::string topic;
    int32_t part = 0;
    int64_t offset = 0;
  };
  Result<std::vector<Letter>> Read(postgres::Transaction& transaction);
  void Address(Letter& letter, const std::string& reason) const;
  Status Note(postgres::Transaction& transaction, const std::vector<Letter>& letters, const std::vector<bool>& copied);

  const std::string& consumer_;
  const std::string topic_;
  postgres::Database& pump_;
  ConsumerMetrics& metrics_;
  const std::chrono::milliseconds wait_;
  kafka::Producer producer_;
};

}  // namespace vefa::events
