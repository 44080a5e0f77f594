#pragma once

#include "libs/events/handler.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"
#include "services/contact/rating/rater.h"

namespace vefa::contact {

// Rates in the background: contacts that changed at once, everybody of a tenant after a definition changed, and each hour. Any replica may,
// and they share the pages. A thread of its own.
class RatingLoop {
 public:
  // Tenants are found as the `pump` role. `on` false: no thread, for tests that call RateAll themselves.
  RatingLoop(postgres::Database& pump, const Rater& rater, const Clock& clock, telemetry::Metrics& metrics, bool on = true);

  // Cheap, never blocks.
  void Wake() {
    if (loop_) loop_->Wake();
  }
  // Until nothing is left to do.
  Status RateAll();
  // Idempotent.
  void Stop() {
    if (loop_) loop_->Stop();
  }

 private:
  // Whether there is more to do.
  Result<bool> RateTenant(const Uuid& tenant);
  std::chrono::milliseconds Step();
  bool stopping() const { return loop_ && loop_->stopping(); }

  postgres::Database& pump_;
  const Rater& rater_;
  const Clock& clock_;
  telemetry::Counter& rated_;
  std::unique_ptr<runtime::Loop> loop_;  // Last: its thread uses everything above.
};

// Writes down whom an event of our own topic is about, for RatingLoop. What rating itself makes is left alone, or two rules that
// contradict each other would move somebody for ever.
class RatingHandler final : public events::Handler {
 public:
  static constexpr const char* kConsumer = "contact.rating.v1";
  explicit RatingHandler(RatingLoop& loop) : loop_(loop) {}
  Status Apply(postgres::Transaction& transaction, std::span<const events::Event> events) override;
  void Applied() override { loop_.Wake(); }

 private:
  RatingLoop& loop_;
};

}  // namespace vefa::contact
