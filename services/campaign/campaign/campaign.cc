#include "services/campaign/campaign/campaign.h"

#include "services/campaign/text_rules.h"

namespace vefa::campaign {
namespace {

constexpr int16_t kEmail = 1;

}  // namespace

void Normalise(Campaign& campaign, std::vector<Violation>& violations) {
  CheckId(campaign.slug, "campaign_id", violations);
  NormaliseDisplayName(campaign.display_name, "campaign.display_name", violations);
  Require(IsSlug(campaign.purpose), "campaign.purpose", "PURPOSE_SYNTAX",
          "Give 1-63 lower-case letters, digits and hyphens, for example win-back.", violations);
  Require(campaign.channel == kEmail, "campaign.channel", "CHANNEL_UNSUPPORTED", "Give CHANNEL_EMAIL.", violations);
}

bool SameContent(const Campaign& left, const Campaign& right) {
  return left.display_name == right.display_name && left.segment == right.segment && left.content == right.content &&
         left.purpose == right.purpose && left.channel == right.channel;
}

}  // namespace vefa::campaign
