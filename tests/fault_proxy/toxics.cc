#include "tests/fault_proxy/toxics.h"

#include <algorithm>
#include <charconv>

namespace vefa::fault_proxy {
namespace {

constexpr int64_t kNumberMax = 1'000'000'000;

bool Set(Toxics& toxics, std::string_view key, int64_t value) {
  if (key == "latency_ms") toxics.latency_ms = static_cast<int>(value);
  else if (key == "jitter_ms") toxics.jitter_ms = static_cast<int>(value);
  else if (key == "bytes_per_s") toxics.bytes_per_s = value;
  else if (key == "hold") toxics.hold = value != 0;
  else if (key == "slice_bytes") toxics.slice_bytes = static_cast<int>(value);
  else if (key == "slice_us") toxics.slice_us = static_cast<int>(value);
  else if (key == "limit_bytes") toxics.limit_bytes = value;
  else return false;
  return true;
}

}  // namespace

std::string_view Parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
  }
  return {};
}

int64_t Number(std::string_view text, int64_t fallback) {
  if (text.empty()) return fallback;
  int64_t value = -1;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value < 0 || value > kNumberMax) return -1;
  return value;
}

Status SetToxics(LinkFaults& faults, std::string_view query) {
  std::string_view direction = Parameter(query, "direction");
  Toxics toxics;
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    std::string_view key = pair.substr(0, pair.find('='));
    if (key == "link" || key == "direction") continue;
    int64_t value = Number(pair.substr(std::min(pair.size(), key.size() + 1)), -1);
    if (value < 0) return InvalidArgument("NUMBER_SYNTAX", "Give a number from 0 to 1000000000.");
    if (!Set(toxics, key, value)) return InvalidArgument("TOXIC_UNKNOWN", "See the README for what can be set.");
  }
  if (direction != "up" && direction != "down" && direction != "both" && !direction.empty())
    return InvalidArgument("TOXIC_UNKNOWN", "The direction is up, down or both.");
  if (direction != "down") faults.up = toxics;
  if (direction != "up") faults.down = toxics;
  return Ok();
}

}  // namespace vefa::fault_proxy
