#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <string_view>

#include "tests/fault_proxy/toxics.h"

namespace vefa::fault_proxy {

using SteadyTime = std::chrono::steady_clock::time_point;

// Bytes on their way in one direction, each piece with the moment from which it may be sent. Order is
// kept whatever the toxics do. Owned by a connection, used by the proxy's thread.
class Flow {
 public:
  // No more is read from the sender while so much waits.
  static constexpr size_t kQueuedMax = 1 << 20;

  void Push(std::string_view bytes, const Toxics& toxics, SteadyTime now, double random);
  // What may be sent now; empty when nothing may. `Sent` takes it away.
  std::string_view Ready(SteadyTime now) const;
  void Sent(size_t bytes);
  // When the next piece may be sent; only while something waits.
  SteadyTime next() const { return pieces_.front().release; }

  bool empty() const { return pieces_.empty(); }
  bool full() const { return queued_ >= kQueuedMax; }
  // Bytes ever pushed.
  int64_t total() const { return total_; }

 private:
  struct Piece {
    std::string bytes;
    SteadyTime release;
  };
  std::deque<Piece> pieces_;
  size_t sent_of_first_ = 0;
  size_t queued_ = 0;
  int64_t total_ = 0;
  SteadyTime last_release_{};
};

}  // namespace vefa::fault_proxy
