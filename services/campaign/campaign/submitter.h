#pragma once

#include <memory>
#include <vector>

#include "libs/rpc/peer.h"
#include "services/campaign/campaign/run_store.h"
#include "vefa/notification/v1/notification_service.grpc.pb.h"

namespace vefa::campaign {

// Asks notification to send a batch. The send key of each message is
// `campaigns/{slug}/{contact uuid}`, so asking twice makes no second message. Thread-safe.
class Submitter {
 public:
  explicit Submitter(const rpc::Peer& peer)
      : peer_(peer), stub_(notification::v1::NotificationService::NewStub(peer.channel())) {}

  // One decision per contact of the batch, or why nothing is known.
  Result<std::vector<Outcome>> Submit(const Batch& batch, Deadline deadline) const;

 private:
  const rpc::Peer& peer_;
  std::unique_ptr<notification::v1::NotificationService::Stub> stub_;
};

}  // namespace vefa::campaign
