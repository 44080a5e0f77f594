#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "services/campaign/campaign/recipient.h"

namespace vefa::campaign {

enum class CampaignState : int16_t { kNone = 0, kDraft = 1, kRunning = 2, kPaused = 3, kCompleted = 4 };

// One message to everyone in a segment, once.
struct Campaign {
  Uuid id;
  std::string slug;
  std::string display_name;
  std::string segment;  // Slug of the segment.
  std::string content;  // Slug of the template.
  std::string purpose;
  int16_t channel = 0;
  CampaignState state = CampaignState::kDraft;
  int64_t version = 0;
  Time create_time{};
  std::optional<Time> start_time;
  std::optional<Time> finish_time;
  Progress progress;
};

// Brings a campaign of the caller's to its stored form and adds every broken rule to `violations`.
void Normalise(Campaign& campaign, std::vector<Violation>& violations);

// Whether two campaigns under one id are the same thing made twice.
bool SameContent(const Campaign& left, const Campaign& right);

}  // namespace vefa::campaign
