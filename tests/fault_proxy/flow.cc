#include "tests/fault_proxy/flow.h"

#include <algorithm>

namespace vefa::fault_proxy {

void Flow::Push(std::string_view bytes, const Toxics& toxics, SteadyTime now, double random) {
  total_ += static_cast<int64_t>(bytes.size());
  queued_ += bytes.size();
  auto wait = std::chrono::microseconds(1000L * toxics.latency_ms + static_cast<int64_t>(random * 1000 * toxics.jitter_ms));
  SteadyTime release = std::max(now + wait, last_release_);
  size_t slice = toxics.slice_bytes > 0 ? static_cast<size_t>(toxics.slice_bytes) : bytes.size();
  while (!bytes.empty()) {
    std::string_view piece = bytes.substr(0, slice);
    bytes.remove_prefix(piece.size());
    if (toxics.bytes_per_s > 0)
      release += std::chrono::microseconds(1'000'000L * static_cast<int64_t>(piece.size()) / toxics.bytes_per_s);
    pieces_.push_back({std::string(piece), release});
    last_release_ = release;
    release += std::chrono::microseconds(toxics.slice_us);
  }
}

std::string_view Flow::Ready(SteadyTime now) const {
  if (pieces_.empty() || pieces_.front().release > now) return {};
  return std::string_view(pieces_.front().bytes).substr(sent_of_first_);
}

void Flow::Sent(size_t bytes) {
  queued_ -= bytes;
  sent_of_first_ += bytes;
  if (sent_of_first_ < pieces_.front().bytes.size()) return;
  pieces_.pop_front();
  sent_of_first_ = 0;
}

}  // namespace vefa::fault_proxy
