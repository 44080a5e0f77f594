#pragma once

#include "libs/postgres/database.h"
#include "libs/runtime/loop.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// Gives hashes to the addresses of every tenant that have none: at the start, and each hour, because an older release writes none while
// an upgrade goes on. Where nothing is missing it reads one empty index. Any replica may, and two do no harm. Works as the `pump` role,
// in a thread of its own.
class HashSweep {
 public:
  // `on` false: no thread, for tests that call Sweep themselves.
  HashSweep(postgres::Database& pump, PiiKeys& keys, bool on = true);

  // All of one tenant; how many addresses had none.
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
  PiiKeys& keys_;
  std::unique_ptr<runtime::Loop> loop_;  // Last: its thread uses everything above.
};

}  // namespace vefa::contact
