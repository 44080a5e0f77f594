#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/ctl/api.h"
#include "services/ctl/cdnow.h"

// The steps of `vefactl demo win-back`. Each may be made again at any time: what is there already
// is met again, not made twice, so a run that was cut off goes on where it was.
namespace vefa::ctl::demo {

// Ids and dates of the story.
inline constexpr const char* kPurpose = "win-back";
inline constexpr const char* kScoringRun = "win-back-1997-09-30";
inline constexpr const char* kSegment = "worth-winning-back";
inline constexpr const char* kTemplate = "win-back";
inline constexpr const char* kCampaign = "win-back";
inline constexpr int kHorizonWeeks = 39;

// Imports the customers of the sample and their consents.
Status ImportPeople(Api& api, const std::vector<int>& ids);
// The resource name of each customer. FAILED_PRECONDITION `CONTACTS_MISSING` when one is not there.
Result<std::map<int, std::string>> NamesOf(Api& api, const std::vector<int>& ids);
// Imports the purchases; returns how many of them the platform knows now.
Result<int64_t> ImportOrders(Api& api, const std::vector<cdnow::Purchase>& purchases,
                             const std::map<int, std::string>& names);

// Fits and scores; returns the finished run.
Result<Json> Score(Api& api);
// Makes the segment and waits until campaign has heard of every contact and every score.
Result<Json> CountSegment(Api& api, int64_t contacts, int64_t scores);
// Makes template and campaign, starts it and waits until it is over; returns the campaign.
Result<Json> Send(Api& api);
// Waits until Kafka has acknowledged every event; returns the platform's status.
Result<Json> WaitForEvents(Api& api);

// The template's words in Turkish and English.
Json TemplateWords();

// What the run came to.
struct Outcome {
  int64_t contacts = 0;
  int64_t orders = 0;
  Json scoring_run;
  Json segment_count;
  Json campaign;
  Json status;
  double import_seconds = 0;
  double score_seconds = 0;
  double send_seconds = 0;
};
Json Summary(const Outcome& outcome);

}  // namespace vefa::ctl::demo
