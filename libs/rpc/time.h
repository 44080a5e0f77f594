#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>

#include "libs/base/clock.h"

namespace vefa::rpc {

inline google::protobuf::Timestamp ToProto(Time time) {
  int64_t micros = time.time_since_epoch().count();
  int64_t seconds = micros / 1000000;
  if (micros % 1000000 < 0) --seconds;
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<int32_t>((micros - seconds * 1000000) * 1000));
  return proto;
}

// Seconds outside the years 1 to 9999, which no well-formed timestamp has, become the nearer end.
inline Time FromProto(const google::protobuf::Timestamp& proto) {
  constexpr int64_t kFirst = -62135596800;
  constexpr int64_t kLast = 253402300799;
  int64_t nanos = std::clamp<int64_t>(proto.nanos(), 0, 999'999'999);
  return Time(std::chrono::microseconds(std::clamp(proto.seconds(), kFirst, kLast) * 1000000 + nanos / 1000));
}

}  // namespace vefa::rpc
