#include "services/contact/pii_key_service.h"

#include "libs/rpc/serve.h"

namespace vefa::contact {
namespace {

constexpr int kKeysMax = 1000;

}  // namespace

grpc::ServerUnaryReactor* PiiKeyService::BatchGetPiiKeys(grpc::CallbackServerContext* context,
                                                         const v1::BatchGetPiiKeysRequest* request,
                                                         v1::BatchGetPiiKeysResponse* response) {
  return rpc::Serve(door_, context, "BatchGetPiiKeys",
                    [=, this](const rpc::CallContext& call) { return BatchGet(call, *request, *response); });
}

Status PiiKeyService::BatchGet(const rpc::CallContext& call, const v1::BatchGetPiiKeysRequest& request,
                               v1::BatchGetPiiKeysResponse& response) {
  if (request.key_ids_size() > kKeysMax) return InvalidArgument("BATCH_TOO_LARGE", "Ask for at most 1,000 at once.");
  std::vector<Uuid> ids;
  std::vector<Violation> violations;
  for (int i = 0; i < request.key_ids_size(); ++i) {
    auto id = Uuid::Parse(request.key_ids(i));
    if (id.ok()) {
      ids.push_back(*id);
    } else {
      violations.push_back({"key_ids[" + std::to_string(i) + "]", "UUID_SYNTAX", "Give the key_id of a box."});
    }
  }
  if (!violations.empty()) return Violations(std::move(violations));
  if (ids.empty()) return Ok();
  VEFA_TRY(std::vector<pii::Key> keys, keys_.Get(call.tenant, ids, call.deadline));
  for (const pii::Key& key : keys) {
    v1::PiiKey& proto = *response.add_keys();
    proto.set_key_id(key.id().ToString());
    proto.set_key(key.bytes());
  }
  return Ok();
}

}  // namespace vefa::contact
