#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libs/base/result.h"

namespace vefa::fault_proxy {

// What is wrong with one direction of a link.
struct Toxics {
  int latency_ms = 0;
  int jitter_ms = 0;
  int64_t bytes_per_s = 0;  // 0: no limit.
  // Nothing passes and nothing is lost, as when packets are dropped and sent again for ever. In one
  // direction only it is a one-way loss.
  bool hold = false;
  int slice_bytes = 0;      // 0: not sliced.
  int slice_us = 0;         // Between two slices.
  int64_t limit_bytes = 0;  // The connection ends after so many; 0: never.

  bool passes_at_once() const { return latency_ms == 0 && jitter_ms == 0 && bytes_per_s == 0 && slice_bytes == 0; }
};

// Where a connection is cut that is about to hear of a commit.
enum class CutWhen { kAfter, kBefore };  // After the server was told to commit, or before.

// What is wrong with a link.
struct LinkFaults {
  Toxics up;    // From the client to the server.
  Toxics down;  // Back.
  bool is_down = false;
  int cuts_left = 0;
  CutWhen cut_when = CutWhen::kAfter;
};

// `key=value` pairs joined by &, for one or both directions; what is not named becomes well again.
// INVALID_ARGUMENT `TOXIC_UNKNOWN`, `NUMBER_SYNTAX`.
Status SetToxics(LinkFaults& faults, std::string_view query);
// The value of `name` in a query, empty when it is absent.
std::string_view Parameter(std::string_view query, std::string_view name);
// `fallback` when the text is empty, -1 when it is no number from 0 to a billion.
int64_t Number(std::string_view text, int64_t fallback);

}  // namespace vefa::fault_proxy
