#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libs/events/consumer_control.h"
#include "libs/events/consumer_core.h"
#include "libs/events/handler.h"
#include "libs/events/parking_store.h"
#include "libs/events/subscriber.h"

namespace vefa::events {

// Tries parked subjects again when they are due: as many of their events as can be applied, in order, in one
// transaction with the watermark; what is left of a subject waits on. A subject is claimed by locking its
// row, so any replica may do it, whoever reads its partition. Owned and used by the subscriber's thread.
class ConsumerRetry {
 public:
  ConsumerRetry(const std::string& consumer, postgres::Database& pump, Handler& handler, ConsumerMetrics& metrics,
                const SubscriberSettings& settings, bool has_ledger)
      : consumer_(consumer), pump_(pump), handler_(handler), metrics_(metrics), settings_(settings),
        has_ledger_(has_ledger) {}

  // Tries what is due for at most a second. Only the database's trouble is an error.
  Status Run(const std::function<bool()>& stop);

 private:
  // What a transaction of one subject came to.
  enum class Outcome {
    kApplied,   // Something was applied, or there was nothing to apply.
    kIdle,      // Another replica has it, or it is not due any more.
    kPoison,
    kTrouble,
  };
  // A subject as it lies in the database.
  struct Parked {
    Uuid tenant;
    std::string subject;
    int attempts = 0;
    bool accepted = false;
    Watermark known;
    std::vector<Event> events;  // In order, the first of them.
    bool ends_unknown = false;  // Behind them lies one of release 0.1, whose headers are not known.
  };

  Status RetrySubject(Parked& parked, const std::function<bool()>& stop);
  Outcome Try(Parked& parked, size_t most, size_t& tried, Error& why);
  // False when there is nothing to be done.
  Result<bool> Load(postgres::Transaction& transaction, Parked& parked);
  // Applies the first `applied` of the plan and writes down what that leaves.
  Status Apply(postgres::Transaction& transaction, const Parked& parked, const BatchPlan& plan, size_t applied);
  postgres::Call KeepCall(const Parked& parked, const BatchPlan& plan, size_t applied) const;
  Status Reschedule(const Parked& parked, const Error& why);

  const std::string& consumer_;
  postgres::Database& pump_;
  Handler& handler_;
  ConsumerMetrics& metrics_;
  const SubscriberSettings& settings_;
  const bool has_ledger_;
};

}  // namespace vefa::events
