#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/events/consumer_batch.h"
#include "libs/events/consumer_control.h"
#include "libs/events/consumer_core.h"
#include "libs/events/handler.h"
#include "libs/events/parking_store.h"
#include "libs/events/subscriber.h"

namespace vefa::events {

// One transaction of a consumer: position compared and moved, watermarks read, the batch sorted out,
// the handler's effect, watermarks compared and moved, what cannot be applied parked and refused. Owned
// and used by the subscriber's thread.
class ConsumerApply {
 public:
  enum class Outcome {
    kApplied,
    kPoison,   // Something in the range cannot be applied.
    kTrouble,  // Nothing happened, or nobody knows; the same may be tried again.
    kFenced,   // Another reader moved a position or a watermark.
  };
  ConsumerApply(const std::string& consumer, postgres::Database& pump, Handler& handler, ConsumerMetrics& metrics,
                const SubscriberSettings& settings, bool has_ledger)
      : consumer_(consumer), pump_(pump), handler_(handler), metrics_(metrics), settings_(settings),
        has_ledger_(has_ledger) {}

  // Everything in the range, from `positions` on.
  Outcome Try(const ConsumerBatch::Range& range, const Offsets& positions, Error& why);
  // Parks the one event of the range because of `poison`. What `why` then says is why it could not.
  Outcome Park(const ConsumerBatch::Range& range, const Offsets& positions, const Error& poison, Error& why);

  // Subjects parked by what succeeded since the last call, except for those that the ledger may heal.
  size_t TakeParked() { return std::exchange(parked_, 0); }
  // Whether the mender has something to do since the last call.
  bool TakeMends() { return std::exchange(mends_, false); }

 private:
  using Known = std::map<SubjectKey, Watermark>;
  Status Run(postgres::Transaction& transaction, const ConsumerBatch::Range& range, const Offsets& positions);
  Status Write(postgres::Transaction& transaction, const ConsumerBatch::Range& range, const BatchPlan& plan,
               const Known& known);
  void AddParking(const ConsumerBatch::Range& range, const BatchPlan& plan, std::vector<postgres::Call>& calls);
  ParkedSubject Describe(const Event& event, Verdict verdict, const Watermark& mark) const;
  Status Commit(postgres::Transaction& transaction);
  void Count(const BatchPlan& plan, const ConsumerBatch::Range& range);
  Outcome Fail(Error error, Error& why) const;

  const std::string& consumer_;
  postgres::Database& pump_;
  Handler& handler_;
  ConsumerMetrics& metrics_;
  const SubscriberSettings& settings_;
  const bool has_ledger_;
  size_t parked_ = 0;
  bool mends_ = false;
};

}  // namespace vefa::events
