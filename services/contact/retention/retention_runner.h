#pragma once

#include <functional>

#include "libs/events/relay.h"
#include "services/contact/contact_copies.h"
#include "services/contact/pii_keys.h"
#include "services/contact/retention/retention_store.h"

namespace vefa::contact {

// How far a step of a rule came.
struct RetentionStep {
  int32_t erased = 0;
  int32_t skipped = 0;  // Something new was heard of them, or they were held, meanwhile.
  bool more = false;    // There may be others.
};

// Erases whom a rule is for, through the ordinary erasure: for whoever calls, and for the clock. Thread-safe.
class RetentionRunner {
 public:
  // `copies` is copied; the others outlive it. `relay` is woken after each step; nullptr in tests without one.
  RetentionRunner(postgres::Database& database, PiiKeys& keys, const ContactCopies& copies, events::Relay* relay, const Clock& clock)
      : database_(database), keys_(keys), copies_(copies), relay_(relay), clock_(clock) {}

  // At most so many, the longest untouched first, each looked at again before. It ends early when the deadline has passed, and where `goes_on`
  // is given when that says no. `step` counts what was done in any case.
  Status Step(const Uuid& tenant, const RetentionRule& rule, int32_t limit, Deadline deadline, RetentionStep& step,
              const std::function<bool()>& goes_on = nullptr) const;
  // Whether the rule is for more than it may erase by itself.
  Result<bool> IsForTooMany(const Uuid& tenant, const RetentionRule& rule, Deadline deadline) const;

 private:
  Status Erase(const Uuid& tenant, const Sealer& sealer, const RetentionRule& rule, const Uuid& contact, Time cut, Deadline deadline,
               RetentionStep& step) const;

  postgres::Database& database_;
  PiiKeys& keys_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
