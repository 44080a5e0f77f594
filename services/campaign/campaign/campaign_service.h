#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/campaign/campaign/campaign_store.h"
#include "vefa/campaign/v1/campaign_service.pb.h"

namespace vefa::campaign {

// What the RPCs on campaigns do. Thread-safe.
class CampaignService {
 public:
  CampaignService(postgres::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  Status Create(const rpc::CallContext& call, const v1::CreateCampaignRequest& request, v1::Campaign& response);
  Status Get(const rpc::CallContext& call, const v1::GetCampaignRequest& request, v1::Campaign& response);
  Status List(const rpc::CallContext& call, v1::ListCampaignsResponse& response);
  Status Start(const rpc::CallContext& call, const v1::StartCampaignRequest& request, v1::Campaign& response);
  Status Pause(const rpc::CallContext& call, const v1::PauseCampaignRequest& request, v1::Campaign& response);
  Status Resume(const rpc::CallContext& call, const v1::ResumeCampaignRequest& request, v1::Campaign& response);

 private:
  Status Change(const rpc::CallContext& call, const std::string& slug, const Move& move, Error otherwise,
                v1::Campaign& response);

  postgres::Database& database_;
  const Clock& clock_;
};

}  // namespace vefa::campaign
