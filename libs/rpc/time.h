#pragma once

#include <google/protobuf/timestamp.pb.h>

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

inline Time FromProto(const google::protobuf::Timestamp& proto) {
  return Time(std::chrono::microseconds(proto.seconds() * 1000000 + proto.nanos() / 1000));
}

}  // namespace vefa::rpc
