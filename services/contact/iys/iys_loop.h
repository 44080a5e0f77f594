#pragma once

#include <memory>

#include "libs/events/handler.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "services/contact/iys/iys_keeper.h"

namespace vefa::contact {

// Keeps every tenant's entries and IYS the same, in a thread of its own. Any replica may; one at a time speaks for a tenant. A tenant whose
// account is refused, or whose IYS asks to wait, holds up nobody else.
class IysLoop {
 public:
  // Tenants are found, and what waits is counted, as the `pump` role. Runs only where the keeper is configured.
  IysLoop(postgres::Database& pump, postgres::Database& database, const IysKeeper& keeper, const Clock& clock, telemetry::Metrics& metrics);

  // Cheap, never blocks.
  void Wake() {
    if (loop_) loop_->Wake();
  }
  // Idempotent.
  void Stop() {
    if (loop_) loop_->Stop();
  }

 private:
  std::chrono::milliseconds Step();
  Status KeepTenant(const Uuid& tenant);
  Status Keep(const Uuid& tenant, IysAccount& account);
  // The time of the next step, for which the tenant stays this replica's.
  Result<Deadline> NextStep(const Uuid& tenant);
  void Count();
  bool stopping() const { return loop_ && loop_->stopping(); }

  postgres::Database& pump_;
  postgres::Database& database_;
  const IysKeeper& keeper_;
  const Clock& clock_;
  telemetry::Gauge& waiting_;
  telemetry::Gauge& due_soon_;
  telemetry::Gauge& overdue_;
  telemetry::Gauge& refused_;
  telemetry::Gauge& pull_age_;
  Deadline count_ = Deadline::After(std::chrono::milliseconds(0));
  std::unique_ptr<runtime::Loop> loop_;  // Last: its thread uses everything above.
};

// Writes down who said something, moved or was merged, of tenants that IYS knows.
class IysHandler final : public events::Handler {
 public:
  static constexpr const char* kConsumer = "contact.iys.v1";
  explicit IysHandler(IysLoop& loop) : loop_(loop) {}
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
  void Applied() override { loop_.Wake(); }

 private:
  IysLoop& loop_;
};

}  // namespace vefa::contact
