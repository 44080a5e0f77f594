#pragma once

#include <vector>

#include "libs/crypto/ed25519.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "services/contact/consent/consent_chain.h"

namespace vefa::contact {

// Seals consent lines after they were committed: appends them to their tenant's chain, some hundred at a time, and signs each
// day's end. Who writes consents waits for nothing of it. Every replica has one; a tenant's chain is held by one at
// a time. Works as the `pump` role, in a thread of its own.
class ChainKeeper {
 public:
  // Everything given must outlive it. With `runs` false nothing happens by itself: for tests.
  ChainKeeper(postgres::Database& pump, PiiKeys& keys, const crypto::SigningKey& key, const Clock& clock,
              telemetry::Metrics& metrics, bool runs = true);

  // Seals what is waiting of one tenant, one batch; says how many lines. 0 also when another process is at it.
  Result<int> SealSome(const Uuid& tenant, Deadline deadline);
  // Signs the last day of every chain that has grown since its last anchor and whose day is over.
  Status AnchorAll(Deadline deadline);
  // Idempotent.
  void Stop() { loop_.Stop(); }

 private:
  std::chrono::milliseconds Step();
  Result<bool> SealAll();
  Status Anchor(const Uuid& tenant, Deadline deadline);
  void Count();

  postgres::Database& pump_;
  PiiKeys& keys_;
  const crypto::SigningKey& key_;
  const Clock& clock_;
  const bool runs_;
  telemetry::Gauge& unsealed_;
  telemetry::Gauge& oldest_;
  telemetry::Counter& sealed_;
  Deadline count_ = Deadline::After(std::chrono::milliseconds(0));
  Deadline anchor_ = Deadline::After(std::chrono::milliseconds(0));
  bool works_ = true;  // The last round had no error.
  runtime::Loop loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::contact
