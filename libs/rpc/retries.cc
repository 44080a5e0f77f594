#include "libs/rpc/retries.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor_database.h>

#include <vector>

#include "google/api/annotations.pb.h"

namespace vefa::rpc {
namespace {

namespace pb = google::protobuf;

constexpr char kBegin[] =
    R"({"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""},)"
    // Each failure takes one of a hundred, each success gives a tenth back; below fifty nothing is asked again.
    R"( "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},)"
    R"( "methodConfig": [{"retryPolicy": {"maxAttempts": 3, "initialBackoff": "0.05s", "maxBackoff": "1s",)"
    R"( "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}, "name": [)";

bool OnlyReads(const pb::MethodDescriptor& rpc) {
  if (rpc.client_streaming() || rpc.server_streaming()) return false;
  if (rpc.options().idempotency_level() == pb::MethodOptions::NO_SIDE_EFFECTS) return true;
  return !rpc.options().GetExtension(google::api::http).get().empty();
}

std::string Make() {
  // Every service that this program knows of.
  std::vector<std::string> files;
  pb::DescriptorPool::internal_generated_database()->FindAllFileNames(&files);
  std::string names;
  for (const std::string& name : files) {
    if (!name.starts_with("vefa/")) continue;
    const pb::FileDescriptor* file = pb::DescriptorPool::generated_pool()->FindFileByName(name);
    for (int i = 0; file != nullptr && i < file->service_count(); ++i)
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        const pb::MethodDescriptor& rpc = *file->service(i)->method(j);
        if (!OnlyReads(rpc)) continue;
        names += names.empty() ? "" : ", ";
        names += R"({"service": ")" + rpc.service()->full_name() + R"(", "method": ")" + rpc.name() + R"("})";
      }
  }
  // A policy for no name would be one for every method.
  if (names.empty()) return R"({"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""}})";
  return kBegin + names + "]}]}";
}

}  // namespace

std::string ChannelConfig() {
  static const std::string kConfig = Make();
  return kConfig;
}

}  // namespace vefa::rpc
