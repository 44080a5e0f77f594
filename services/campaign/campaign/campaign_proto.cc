#include "services/campaign/campaign/campaign_proto.h"

#include "libs/rpc/time.h"

namespace vefa::campaign {
namespace {

std::string ReadName(const char* collection, const std::string& name, const char* field,
                     std::vector<Violation>& violations) {
  auto slug = ParseSlugName(collection, name);
  if (slug.ok()) return *slug;
  violations.push_back({field, "NAME_SYNTAX", std::string("Give a name of the form ") + collection + "/{id}."});
  return "";
}

}  // namespace

Campaign FromProto(const v1::Campaign& proto, std::vector<Violation>& violations) {
  Campaign campaign;
  campaign.display_name = proto.display_name();
  campaign.segment = ReadName("segments", proto.segment(), "campaign.segment", violations);
  campaign.content = ReadName("templates", proto.template_(), "campaign.template", violations);
  campaign.purpose = proto.purpose();
  campaign.channel = contact::v1::Channel_IsValid(proto.channel()) ? static_cast<int16_t>(proto.channel()) : -1;
  return campaign;
}

v1::CampaignProgress ToProto(const Progress& progress) {
  v1::CampaignProgress proto;
  proto.set_audience(progress.audience);
  proto.set_requested(progress.requested);
  proto.set_accepted(progress.accepted);
  for (const auto& [reason, count] : progress.refused) (*proto.mutable_refused())[reason] = count;
  proto.set_delivered(progress.delivered);
  proto.set_bounced(progress.bounced);
  proto.set_failed(progress.failed);
  proto.set_unknown(progress.unknown);
  return proto;
}

v1::Campaign ToProto(const Campaign& campaign) {
  v1::Campaign proto;
  proto.set_name("campaigns/" + campaign.slug);
  proto.set_display_name(campaign.display_name);
  proto.set_segment("segments/" + campaign.segment);
  proto.set_template_("templates/" + campaign.content);
  proto.set_purpose(campaign.purpose);
  proto.set_channel(static_cast<contact::v1::Channel>(campaign.channel));
  proto.set_state(static_cast<v1::Campaign::State>(campaign.state));
  *proto.mutable_progress() = ToProto(campaign.progress);
  proto.set_version(campaign.version);
  *proto.mutable_create_time() = rpc::ToProto(campaign.create_time);
  if (campaign.start_time) *proto.mutable_start_time() = rpc::ToProto(*campaign.start_time);
  if (campaign.finish_time) *proto.mutable_finish_time() = rpc::ToProto(*campaign.finish_time);
  return proto;
}

}  // namespace vefa::campaign
