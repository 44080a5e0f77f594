#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vefa::kafka {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A record to be produced.
struct Record {
  std::string topic;
  std::string key;
  std::string value;
  Headers headers;
  bool tombstone = false;  // No value: a compacted topic forgets the key. FencedProducer only.
};

// A record that was read.
struct Message {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  std::string key;
  std::string value;
  Headers headers;
  bool tombstone = false;  // It has no value, which is not the same as an empty one.

  // The value of a header, or "".
  const std::string& header(const std::string& name) const {
    static const std::string kNone;
    for (const auto& [key_, value_] : headers) {
      if (key_ == name) return value_;
    }
    return kNone;
  }
};

}  // namespace vefa::kafka
