#include "services/campaign/grpc_service.h"

#include "libs/rpc/serve.h"

namespace vefa::campaign {

template <typename Work>
grpc::ServerUnaryReactor* GrpcService::Read(grpc::CallbackServerContext* context, const char* method, Work work) {
  return rpc::Serve(door_, context, method, std::move(work));
}

template <typename Work>
grpc::ServerUnaryReactor* GrpcService::Change(grpc::CallbackServerContext* context, const char* method, Work work) {
  return rpc::Serve(door_, context, method, [this, work = std::move(work)](const rpc::CallContext& call) {
    Status done = work(call);
    if (done.ok()) committed_();
    return done;
  });
}

grpc::ServerUnaryReactor* GrpcService::CreateSegment(grpc::CallbackServerContext* context,
                                                     const v1::CreateSegmentRequest* request, v1::Segment* response) {
  return Change(context, "CreateSegment",
                [=, this](const rpc::CallContext& call) { return segments_.Create(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::GetSegment(grpc::CallbackServerContext* context,
                                                  const v1::GetSegmentRequest* request, v1::Segment* response) {
  return Read(context, "GetSegment",
              [=, this](const rpc::CallContext& call) { return segments_.Get(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::ListSegments(grpc::CallbackServerContext* context,
                                                    const v1::ListSegmentsRequest*,
                                                    v1::ListSegmentsResponse* response) {
  return Read(context, "ListSegments",
              [=, this](const rpc::CallContext& call) { return segments_.List(call, *response); });
}
grpc::ServerUnaryReactor* GrpcService::CountSegment(grpc::CallbackServerContext* context,
                                                    const v1::CountSegmentRequest* request,
                                                    v1::SegmentCount* response) {
  return Read(context, "CountSegment",
              [=, this](const rpc::CallContext& call) { return segments_.Count(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::ListSegmentMembers(grpc::CallbackServerContext* context,
                                                          const v1::ListSegmentMembersRequest* request,
                                                          v1::ListSegmentMembersResponse* response) {
  return Read(context, "ListSegmentMembers",
              [=, this](const rpc::CallContext& call) { return segments_.Members(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::CreateTemplate(grpc::CallbackServerContext* context,
                                                      const v1::CreateTemplateRequest* request,
                                                      v1::Template* response) {
  return Change(context, "CreateTemplate",
                [=, this](const rpc::CallContext& call) { return templates_.Create(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::GetTemplate(grpc::CallbackServerContext* context,
                                                   const v1::GetTemplateRequest* request, v1::Template* response) {
  return Read(context, "GetTemplate",
              [=, this](const rpc::CallContext& call) { return templates_.Get(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::ListTemplates(grpc::CallbackServerContext* context,
                                                     const v1::ListTemplatesRequest*,
                                                     v1::ListTemplatesResponse* response) {
  return Read(context, "ListTemplates",
              [=, this](const rpc::CallContext& call) { return templates_.List(call, *response); });
}
grpc::ServerUnaryReactor* GrpcService::CreateCampaign(grpc::CallbackServerContext* context,
                                                      const v1::CreateCampaignRequest* request,
                                                      v1::Campaign* response) {
  return Change(context, "CreateCampaign",
                [=, this](const rpc::CallContext& call) { return campaigns_.Create(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::GetCampaign(grpc::CallbackServerContext* context,
                                                   const v1::GetCampaignRequest* request, v1::Campaign* response) {
  return Read(context, "GetCampaign",
              [=, this](const rpc::CallContext& call) { return campaigns_.Get(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::ListCampaigns(grpc::CallbackServerContext* context,
                                                     const v1::ListCampaignsRequest*,
                                                     v1::ListCampaignsResponse* response) {
  return Read(context, "ListCampaigns",
              [=, this](const rpc::CallContext& call) { return campaigns_.List(call, *response); });
}
grpc::ServerUnaryReactor* GrpcService::StartCampaign(grpc::CallbackServerContext* context,
                                                     const v1::StartCampaignRequest* request, v1::Campaign* response) {
  return Change(context, "StartCampaign",
                [=, this](const rpc::CallContext& call) { return campaigns_.Start(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::PauseCampaign(grpc::CallbackServerContext* context,
                                                     const v1::PauseCampaignRequest* request, v1::Campaign* response) {
  return Change(context, "PauseCampaign",
                [=, this](const rpc::CallContext& call) { return campaigns_.Pause(call, *request, *response); });
}
grpc::ServerUnaryReactor* GrpcService::ResumeCampaign(grpc::CallbackServerContext* context,
                                                      const v1::ResumeCampaignRequest* request,
                                                      v1::Campaign* response) {
  return Change(context, "ResumeCampaign",
                [=, this](const rpc::CallContext& call) { return campaigns_.Resume(call, *request, *response); });
}

}  // namespace vefa::campaign
