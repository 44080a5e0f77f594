#pragma once

#include <functional>

#include "libs/events/relay.h"
#include "libs/rpc/door.h"
#include "services/campaign/campaign/campaign_service.h"
#include "services/campaign/segment/segment_service.h"
#include "services/campaign/template/template_service.h"
#include "vefa/campaign/v1/campaign_service.grpc.pb.h"

namespace vefa::campaign {

// The gRPC surface: one override per RPC that queues the call for the part that does it.
// Thread-safe.
class GrpcService final : public v1::CampaignService::CallbackService {
 public:
  // `secret` signs page tokens. `committed` is called after each change; it must not block.
  GrpcService(const rpc::Door& door, postgres::Database& database, std::function<void()> committed, const Clock& clock,
              std::string secret)
      : door_(door), committed_(std::move(committed)), segments_(database, clock, std::move(secret)),
        templates_(database, clock), campaigns_(database, clock) {}

  grpc::ServerUnaryReactor* CreateSegment(grpc::CallbackServerContext* context, const v1::CreateSegmentRequest* request,
                                          v1::Segment* response) override;
  grpc::ServerUnaryReactor* GetSegment(grpc::CallbackServerContext* context, const v1::GetSegmentRequest* request,
                                       v1::Segment* response) override;
  grpc::ServerUnaryReactor* ListSegments(grpc::CallbackServerContext* context, const v1::ListSegmentsRequest* request,
                                         v1::ListSegmentsResponse* response) override;
  grpc::ServerUnaryReactor* CountSegment(grpc::CallbackServerContext* context, const v1::CountSegmentRequest* request,
                                         v1::SegmentCount* response) override;
  grpc::ServerUnaryReactor* ListSegmentMembers(grpc::CallbackServerContext* context,
                                               const v1::ListSegmentMembersRequest* request,
                                               v1::ListSegmentMembersResponse* response) override;
  grpc::ServerUnaryReactor* CreateTemplate(grpc::CallbackServerContext* context,
                                           const v1::CreateTemplateRequest* request, v1::Template* response) override;
  grpc::ServerUnaryReactor* GetTemplate(grpc::CallbackServerContext* context, const v1::GetTemplateRequest* request,
                                        v1::Template* response) override;
  grpc::ServerUnaryReactor* ListTemplates(grpc::CallbackServerContext* context, const v1::ListTemplatesRequest* request,
                                          v1::ListTemplatesResponse* response) override;
  grpc::ServerUnaryReactor* CreateCampaign(grpc::CallbackServerContext* context,
                                           const v1::CreateCampaignRequest* request, v1::Campaign* response) override;
  grpc::ServerUnaryReactor* GetCampaign(grpc::CallbackServerContext* context, const v1::GetCampaignRequest* request,
                                        v1::Campaign* response) override;
  grpc::ServerUnaryReactor* ListCampaigns(grpc::CallbackServerContext* context, const v1::ListCampaignsRequest* request,
                                          v1::ListCampaignsResponse* response) override;
  grpc::ServerUnaryReactor* StartCampaign(grpc::CallbackServerContext* context, const v1::StartCampaignRequest* request,
                                          v1::Campaign* response) override;
  grpc::ServerUnaryReactor* PauseCampaign(grpc::CallbackServerContext* context, const v1::PauseCampaignRequest* request,
                                          v1::Campaign* response) override;
  grpc::ServerUnaryReactor* ResumeCampaign(grpc::CallbackServerContext* context,
                                           const v1::ResumeCampaignRequest* request, v1::Campaign* response) override;

 private:
  // Queues a call that reads, or one that changes something when it succeeds.
  template <typename Work>
  grpc::ServerUnaryReactor* Read(grpc::CallbackServerContext* context, const char* method, Work work);
  template <typename Work>
  grpc::ServerUnaryReactor* Change(grpc::CallbackServerContext* context, const char* method, Work work);

  const rpc::Door& door_;
  const std::function<void()> committed_;
  SegmentService segments_;
  TemplateService templates_;
  CampaignService campaigns_;
};

}  // namespace vefa::campaign
