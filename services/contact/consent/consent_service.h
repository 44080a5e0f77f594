#pragma once

#include "libs/base/clock.h"
#include "libs/crypto/ed25519.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/pii_keys.h"
#include "vefa/contact/v1/consent_service.grpc.pb.h"

namespace vefa::contact {

// May we, and how do we prove it. Thread-safe.
class ConsentService final : public v1::ConsentService::CallbackService {
 public:
  // Everything given must outlive it; `key` signs proofs.
  ConsentService(const rpc::Door& door, postgres::Database& database, PiiKeys& keys, const crypto::SigningKey& key, const Clock& clock)
      : door_(door), database_(database), keys_(keys), key_(key), clock_(clock) {}

  grpc::ServerUnaryReactor* CheckConsent(grpc::CallbackServerContext* context, const v1::CheckConsentRequest* request,
                                         v1::CheckConsentResponse* response) override;
  grpc::ServerBidiReactor<v1::ExportConsentProofRequest, v1::ExportConsentProofResponse>* ExportConsentProof(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetConsentProofKey(grpc::CallbackServerContext* context, const v1::GetConsentProofKeyRequest* request,
                                               v1::ConsentProofKey* response) override;
  grpc::ServerUnaryReactor* ListConsentProfiles(grpc::CallbackServerContext* context, const v1::ListConsentProfilesRequest* request,
                                                v1::ListConsentProfilesResponse* response) override;

 private:
  Status Check(const rpc::CallContext& call, const v1::CheckConsentRequest& request, v1::CheckConsentResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  PiiKeys& keys_;
  const crypto::SigningKey& key_;
  const Clock& clock_;
};

}  // namespace vefa::contact
