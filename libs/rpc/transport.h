#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "libs/base/result.h"
#include "libs/telemetry/metrics.h"

namespace vefa::rpc {

// How the processes of the house speak to each other: in plain text, for one machine or a mesh that encrypts; or by
// mutual TLS, where each side shows a certificate of our authority. Copies are cheap. Thread-safe.
class Transport {
 public:
  // Plain text.
  Transport();
  // `folder` holds `tls.crt`, `tls.key` and `ca.crt`, as cert-manager and Kubernetes secrets of type kubernetes.io/tls
  // name them. They are looked at each 3 s, and connections made from then on use the new ones. The name a client
  // calls must be in the server's certificate. FAILED_PRECONDITION `CERTIFICATES_MISSING`.
  static Result<Transport> Mutual(const std::string& folder);
  // Plain text for an empty folder.
  static Result<Transport> Of(const std::string& folder);

  // Calls made from here on are measured there. The metrics must outlive whoever calls.
  void MeasureBy(telemetry::Metrics& metrics) { metrics_ = &metrics; }
  telemetry::Metrics* metrics() const { return metrics_; }

  const std::shared_ptr<grpc::ServerCredentials>& server() const { return server_; }
  const std::shared_ptr<grpc::ChannelCredentials>& channel() const { return channel_; }

 private:
  std::shared_ptr<grpc::ServerCredentials> server_;
  std::shared_ptr<grpc::ChannelCredentials> channel_;
  telemetry::Metrics* metrics_ = nullptr;
};

}  // namespace vefa::rpc
