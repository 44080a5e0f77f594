#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "vefa/campaign/v1/campaign_service.pb.h"

namespace vefa::campaign {

// What the RPCs on templates do. Thread-safe.
class TemplateService {
 public:
  TemplateService(postgres::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  Status Create(const rpc::CallContext& call, const v1::CreateTemplateRequest& request, v1::Template& response);
  Status Get(const rpc::CallContext& call, const v1::GetTemplateRequest& request, v1::Template& response);
  Status List(const rpc::CallContext& call, v1::ListTemplatesResponse& response);

 private:
  postgres::Database& database_;
  const Clock& clock_;
};

}  // namespace vefa::campaign
