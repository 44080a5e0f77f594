#pragma once

#include "libs/base/id.h"
#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "libs/telemetry/metrics.h"

namespace vefa::contact {

// Goes along every contact of every tenant and brings its words to what its record says: at the start, so that contacts
// from before there was a search are found, and each hour, because what keeps something up to date by events should be
// checked. A page whose words are right is only read. To build everything anew, empty the four
// tables (not the words of one of them: counts would be added twice). Any replica may, and two do no harm. Works as the `pump` role, in a thread of its own.
class SearchSweep {
 public:
  // `on` false: no thread, for tests that call Sweep themselves.
  SearchSweep(postgres::Database& pump, telemetry::Metrics& metrics, bool on = true);

  // All of one tenant, page by page; how many contacts had other words than their record says.
  Result<int64_t> Sweep(const Uuid& tenant);
  // Idempotent.
  void Stop() {
    if (loop_) loop_->Stop();
  }

 private:
  Status SweepAll();
  std::chrono::milliseconds Step();
  bool stopping() const { return loop_ && loop_->stopping(); }

  postgres::Database& pump_;
  telemetry::Counter& repaired_;
  std::unique_ptr<runtime::Loop> loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::contact
