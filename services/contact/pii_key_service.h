#pragma once

#include "libs/rpc/door.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/pii_key_service.grpc.pb.h"

namespace vefa::contact {

// Keys for whoever may read personal data in events. Thread-safe.
class PiiKeyService final : public v1::PiiKeyService::CallbackService {
 public:
  PiiKeyService(const rpc::Door& door, PiiKeys& keys) : door_(door), keys_(keys) {}

  grpc::ServerUnaryReactor* BatchGetPiiKeys(grpc::CallbackServerContext* context,
                                            const v1::BatchGetPiiKeysRequest* request,
                                            v1::BatchGetPiiKeysResponse* response) override;

 private:
  Status BatchGet(const rpc::CallContext& call, const v1::BatchGetPiiKeysRequest& request,
                  v1::BatchGetPiiKeysResponse& response);

  const rpc::Door& door_;
  PiiKeys& keys_;
};

}  // namespace vefa::contact
