#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/campaign/campaign/campaign.h"

// The SQL of campaigns as their callers see them. Every change appends its event in the same
// statement, selected from the row it changed.
namespace vefa::campaign {

// Makes a draft with its event, or returns the one that is there when it has the same content.
// ALREADY_EXISTS `CAMPAIGN_ID_TAKEN`; NOT_FOUND `SEGMENT_NOT_FOUND`, `TEMPLATE_NOT_FOUND`.
Result<Campaign> CreateCampaign(postgres::Transaction& transaction, const Uuid& tenant, Campaign campaign,
                                const Clock& clock);

// NOT_FOUND `CAMPAIGN_NOT_FOUND`.
Result<Campaign> GetCampaign(postgres::Database& database, const Uuid& tenant, const std::string& slug,
                             Deadline deadline);
// Newest first, at most 1,000.
Result<std::vector<Campaign>> ListCampaigns(postgres::Database& database, const Uuid& tenant, Deadline deadline);

// Draft to running: the audience is whoever is in the segment at this statement's moment. True when
// this call started it, false when it was started before.
Result<bool> StartCampaign(postgres::Transaction& transaction, const Uuid& tenant, const std::string& slug,
                           const Clock& clock);

// One state to another with its event. False when the campaign is not in `from`, or not at all.
struct Move {
  CampaignState from;
  CampaignState to;
  const char* type;
  std::string payload;
};
Result<bool> MoveCampaign(postgres::Database& database, const Uuid& tenant, const std::string& slug, const Move& move,
                          const Clock& clock, Deadline deadline);

}  // namespace vefa::campaign
