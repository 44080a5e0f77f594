#pragma once

#include <mutex>
#include <unordered_set>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "services/notification/hold_metric.h"
#include "services/notification/mail/token.h"
#include "services/notification/notification_store.h"
#include "services/notification/recipients.h"
#include "vefa/notification/v1/notification_service.pb.h"

namespace vefa::notification {

// Takes a batch of messages: checks it, asks the gate about each, records every decision. A send key
// that is known already keeps its first decision, so a batch can be sent again after any failure.
// Thread-safe.
class Submitter {
 public:
  Submitter(postgres::Database& database, Recipients& recipients, const TokenKey& key, const Clock& clock, telemetry::Metrics& metrics)
      : database_(database), recipients_(recipients), key_(key), clock_(clock), holds_metric_(HoldMetric(metrics, "submission")) {}

  Result<v1::SubmitMessagesResponse> Submit(const Uuid& tenant, const v1::SubmitMessagesRequest& request,
                                            Deadline deadline);

 private:
  struct Wanted {
    std::string send_key;
    Uuid contact;
  };
  Result<std::vector<Wanted>> Read(const v1::SubmitMessagesRequest& request) const;
  Result<std::vector<NewMessage>> Decide(const Uuid& tenant, const v1::SubmitMessagesRequest& request,
                                         const std::vector<Wanted>& wanted, Deadline deadline);
  Status EnsureOrdinal(const Uuid& tenant, Deadline deadline);

  postgres::Database& database_;
  Recipients& recipients_;
  const TokenKey& key_;
  const Clock& clock_;
  telemetry::Counter& holds_metric_;
  std::mutex mutex_;
  std::unordered_set<Uuid> with_ordinal_;
};

}  // namespace vefa::notification
