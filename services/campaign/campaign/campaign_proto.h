#pragma once

#include "libs/base/result.h"
#include "services/campaign/campaign/campaign.h"
#include "vefa/campaign/v1/campaign.pb.h"

namespace vefa::campaign {

// The part of a campaign that its caller chooses; unreadable names are added to `violations`.
Campaign FromProto(const v1::Campaign& proto, std::vector<Violation>& violations);
v1::Campaign ToProto(const Campaign& campaign);
v1::CampaignProgress ToProto(const Progress& progress);

}  // namespace vefa::campaign
