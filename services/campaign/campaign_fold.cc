#include "services/campaign/campaign_fold.h"

#include "libs/events/fold.h"
#include "vefa/campaign/v1/campaign_events.pb.h"

namespace vefa::campaign {

Status FoldCampaign(const events::Event& event, google::protobuf::Message& state, bool&) {
  v1::CampaignEvent change;
  VEFA_TRY_OK(events::ParsePayload(event, change));
  auto& snapshot = static_cast<v1::CampaignSnapshot&>(state);
  switch (change.kind_case()) {
    case v1::CampaignEvent::kSegmentCreated:
      *snapshot.mutable_segment() = change.segment_created();
      break;
    case v1::CampaignEvent::kTemplateCreated:
      *snapshot.mutable_template_() = change.template_created();
      break;
    case v1::CampaignEvent::kCampaignCreated:
      *snapshot.mutable_campaign()->mutable_created() = change.campaign_created();
      snapshot.mutable_campaign()->set_state(v1::Campaign::STATE_DRAFT);
      break;
    case v1::CampaignEvent::kCampaignStarted:
      snapshot.mutable_campaign()->set_state(v1::Campaign::STATE_RUNNING);
      snapshot.mutable_campaign()->set_audience(change.campaign_started().audience());
      break;
    case v1::CampaignEvent::kCampaignPaused:
      snapshot.mutable_campaign()->set_state(v1::Campaign::STATE_PAUSED);
      break;
    case v1::CampaignEvent::kCampaignResumed:
      snapshot.mutable_campaign()->set_state(v1::Campaign::STATE_RUNNING);
      break;
    case v1::CampaignEvent::kCampaignCompleted:
      snapshot.mutable_campaign()->set_state(v1::Campaign::STATE_COMPLETED);
      *snapshot.mutable_campaign()->mutable_progress() = change.campaign_completed().progress();
      break;
    case v1::CampaignEvent::KIND_NOT_SET:
      break;
  }
  return Ok();
}

}  // namespace vefa::campaign
