#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libs/base/id.h"

namespace vefa::fuzz {

// The fuzzer's bytes, taken from the front; zeros once they are used up.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  uint8_t Next() {
    if (rest_.empty()) return 0;
    uint8_t byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  // Up to the separator, which is taken as well.
  std::string_view Until(char separator) {
    size_t end = rest_.find(separator);
    std::string_view part = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return part;
  }
  Uuid NextId() {
    Uuid id;
    for (uint8_t& byte : id.bytes) byte = Next();
    return id;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace vefa::fuzz
