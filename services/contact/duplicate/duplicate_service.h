#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "vefa/contact/v1/duplicate_service.grpc.pb.h"

namespace vefa::contact {

// The pairs that may be one person. Thread-safe.
class DuplicateService final : public v1::DuplicateService::CallbackService {
 public:
  // `secret` signs page tokens.
  DuplicateService(const rpc::Door& door, postgres::Database& database, const Clock& clock, std::string secret)
      : door_(door), database_(database), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* ListDuplicates(grpc::CallbackServerContext* context,
                                           const v1::ListDuplicatesRequest* request,
                                           v1::ListDuplicatesResponse* response) override;
  grpc::ServerUnaryReactor* DismissDuplicate(grpc::CallbackServerContext* context,
                                             const v1::DismissDuplicateRequest* request,
                                             v1::Duplicate* response) override;

 private:
  Status List(const rpc::CallContext& call, const v1::ListDuplicatesRequest& request,
              v1::ListDuplicatesResponse& response);
  Status Dismiss(const rpc::CallContext& call, const v1::DismissDuplicateRequest& request, v1::Duplicate& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  const Clock& clock_;
  const std::string secret_;
};

}  // namespace vefa::contact
