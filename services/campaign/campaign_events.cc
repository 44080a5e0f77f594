#include "services/campaign/campaign_events.h"

#include "libs/events/catalog.h"
#include "services/campaign/campaign/campaign_proto.h"
#include "vefa/campaign/v1/campaign_events.pb.h"

namespace vefa::campaign {
namespace {

std::string CampaignName(const std::string& slug) { return "campaigns/" + slug; }

}  // namespace

events::Source CampaignSource() { return events::MakeSource(v1::CampaignEvent::descriptor()); }

std::string CreatedPayload(const Segment& segment) {
  v1::CampaignEvent event;
  event.mutable_segment_created()->set_segment("segments/" + segment.slug);
  VEFA_CHECK(event.mutable_segment_created()->mutable_predicate()->ParseFromString(segment.predicate));
  return event.SerializeAsString();
}

std::string CreatedPayload(const Template& content) {
  v1::CampaignEvent event;
  event.mutable_template_created()->set_template_("templates/" + content.slug);
  for (const TemplateText& text : content.texts) event.mutable_template_created()->add_languages(text.language);
  return event.SerializeAsString();
}

std::string CreatedPayload(const Campaign& campaign) {
  v1::CampaignEvent event;
  v1::CampaignCreated& created = *event.mutable_campaign_created();
  created.set_campaign(CampaignName(campaign.slug));
  created.set_segment("segments/" + campaign.segment);
  created.set_template_("templates/" + campaign.content);
  created.set_purpose(campaign.purpose);
  return event.SerializeAsString();
}

std::string StartedPayload(const std::string& campaign, int64_t audience) {
  v1::CampaignEvent event;
  event.mutable_campaign_started()->set_campaign(CampaignName(campaign));
  event.mutable_campaign_started()->set_audience(audience);
  return event.SerializeAsString();
}

std::string PausedPayload(const std::string& campaign) {
  v1::CampaignEvent event;
  event.mutable_campaign_paused()->set_campaign(CampaignName(campaign));
  return event.SerializeAsString();
}

std::string ResumedPayload(const std::string& campaign) {
  v1::CampaignEvent event;
  event.mutable_campaign_resumed()->set_campaign(CampaignName(campaign));
  return event.SerializeAsString();
}

std::string CompletedPayload(const std::string& campaign, const Progress& progress) {
  v1::CampaignEvent event;
  event.mutable_campaign_completed()->set_campaign(CampaignName(campaign));
  *event.mutable_campaign_completed()->mutable_progress() = ToProto(progress);
  return event.SerializeAsString();
}

}  // namespace vefa::campaign
