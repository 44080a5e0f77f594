#include "services/campaign/campaign/campaign_service.h"

#include "services/campaign/campaign/campaign_proto.h"
#include "services/campaign/campaign_events.h"

namespace vefa::campaign {

Status CampaignService::Create(const rpc::CallContext& call, const v1::CreateCampaignRequest& request,
                               v1::Campaign& response) {
  std::vector<Violation> violations;
  Campaign campaign = FromProto(request.campaign(), violations);
  campaign.slug = request.campaign_id();
  Normalise(campaign, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(Campaign stored, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                    [&](postgres::Transaction& transaction) {
                                                      return CreateCampaign(transaction, call.tenant, campaign, clock_);
                                                    }));
  response = ToProto(stored);
  return Ok();
}

Status CampaignService::Get(const rpc::CallContext& call, const v1::GetCampaignRequest& request,
                            v1::Campaign& response) {
  VEFA_TRY(std::string slug, ParseSlugName("campaigns", request.name()));
  VEFA_TRY(Campaign campaign, GetCampaign(database_, call.tenant, slug, call.deadline));
  response = ToProto(campaign);
  return Ok();
}

Status CampaignService::List(const rpc::CallContext& call, v1::ListCampaignsResponse& response) {
  VEFA_TRY(auto campaigns, ListCampaigns(database_, call.tenant, call.deadline));
  for (const Campaign& campaign : campaigns) *response.add_campaigns() = ToProto(campaign);
  return Ok();
}

Status CampaignService::Start(const rpc::CallContext& call, const v1::StartCampaignRequest& request,
                              v1::Campaign& response) {
  VEFA_TRY(std::string slug, ParseSlugName("campaigns", request.name()));
  VEFA_TRY_OK(postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                      [&](postgres::Transaction& transaction) {
                                        return StartCampaign(transaction, call.tenant, slug, clock_);
                                      }));
  VEFA_TRY(Campaign campaign, GetCampaign(database_, call.tenant, slug, call.deadline));
  response = ToProto(campaign);
  return Ok();
}

Status CampaignService::Pause(const rpc::CallContext& call, const v1::PauseCampaignRequest& request,
                              v1::Campaign& response) {
  VEFA_TRY(std::string slug, ParseSlugName("campaigns", request.name()));
  return Change(call, slug, {CampaignState::kRunning, CampaignState::kPaused, kPausedType, PausedPayload(slug)},
                {Code::kFailedPrecondition, "CAMPAIGN_NOT_RUNNING", "Only a running campaign can be paused."},
                response);
}

Status CampaignService::Resume(const rpc::CallContext& call, const v1::ResumeCampaignRequest& request,
                               v1::Campaign& response) {
  VEFA_TRY(std::string slug, ParseSlugName("campaigns", request.name()));
  return Change(call, slug, {CampaignState::kPaused, CampaignState::kRunning, kResumedType, ResumedPayload(slug)},
                {Code::kFailedPrecondition, "CAMPAIGN_NOT_PAUSED", "Only a paused campaign can be resumed."}, response);
}

Status CampaignService::Change(const rpc::CallContext& call, const std::string& slug, const Move& move,
                               Error otherwise, v1::Campaign& response) {
  VEFA_TRY(bool moved, MoveCampaign(database_, call.tenant, slug, move, clock_, call.deadline));
  VEFA_TRY(Campaign campaign, GetCampaign(database_, call.tenant, slug, call.deadline));
  if (!moved) return otherwise;
  response = ToProto(campaign);
  return Ok();
}

}  // namespace vefa::campaign
