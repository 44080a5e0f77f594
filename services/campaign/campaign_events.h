#pragma once

#include <string>

#include "libs/events/event.h"
#include "services/campaign/campaign/campaign.h"
#include "services/campaign/segment/segment.h"
#include "services/campaign/template/template.h"

// Between the domain and its events.
namespace vefa::campaign {

// Who publishes, and as what.
events::Source CampaignSource();

inline constexpr char kStartedType[] = "campaign.started";
inline constexpr char kPausedType[] = "campaign.paused";
inline constexpr char kResumedType[] = "campaign.resumed";
inline constexpr char kCompletedType[] = "campaign.completed";

std::string CreatedPayload(const Segment& segment);
std::string CreatedPayload(const Template& content);
std::string CreatedPayload(const Campaign& campaign);
std::string StartedPayload(const std::string& campaign, int64_t audience);
std::string PausedPayload(const std::string& campaign);
std::string ResumedPayload(const std::string& campaign);
std::string CompletedPayload(const std::string& campaign, const Progress& progress);

}  // namespace vefa::campaign
