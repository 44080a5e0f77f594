// The demo's scoring, segment, campaign and the wait for its events.

#include "services/ctl/demo.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl::demo {
namespace {

constexpr std::chrono::minutes kLongest(10);

// Everybody with at least one repeat purchase who has more likely left than not.
Json Rule() {
  Json repeat{{"attribute", "frequency"}, {"op", "OP_GE"}, {"number", 1}};
  Json gone{{"attribute", "p_alive"}, {"op", "OP_LT"}, {"number", 0.5}};
  Json terms = Json::array();
  terms.push_back(Json{{"compare", std::move(repeat)}});
  terms.push_back(Json{{"compare", std::move(gone)}});
  return Json{{"all", Json{{"terms", std::move(terms)}}}};
}

std::string Percent(double share) { return std::to_string(static_cast<int>(share * 100)) + " %"; }

std::string ProgressText(const Json& campaign) {
  const Json& progress = MemberOf(campaign, "progress");
  int64_t done = 0;
  for (const char* key : {"delivered", "bounced", "failed", "unknown"}) done += IntegerOf(progress, key);
  return Grouped(IntegerOf(progress, "requested")) + " of " + Grouped(IntegerOf(progress, "audience")) + " asked for, " +
         Grouped(done) + " of " + Grouped(IntegerOf(progress, "accepted")) + " accepted ones have an outcome";
}

}  // namespace

Result<Json> Score(Api& api) {
  Progress progress("scores");
  Json wanted{{"asOfDate", {{"year", 1997}, {"month", 9}, {"day", 30}}}, {"horizonWeeks", kHorizonWeeks}};
  VEFA_TRY(Json run, api.Post(std::string("/v1/scoringRuns?scoringRunId=") + kScoringRun, wanted));
  VEFA_TRY_OK(WaitFor(progress, Deadline::After(kLongest), [&]() -> Result<std::string> {
    VEFA_TRY(run, api.Get(std::string("/v1/scoringRuns/") + kScoringRun));
    std::string state = TextOf(run, "state");
    if (state == "STATE_FAILED")
      return Error{Code::kFailedPrecondition, "SCORING_FAILED", "Scoring failed: " + TextOf(run, "error")};
    return state == "STATE_SUCCEEDED" ? std::string() : Percent(NumberOf(run, "progress"));
  }));
  progress.Done(Grouped(IntegerOf(run, "scored")) + " customers");
  return run;
}

Result<Json> CountSegment(Api& api, int64_t contacts, int64_t scores) {
  Progress progress("segment");
  Json segment{{"displayName", "Worth winning back"}, {"predicate", Rule()}};
  VEFA_TRY_OK(api.Post(std::string("/v1/segments?segmentId=") + kSegment, segment));
  Json count;
  VEFA_TRY_OK(WaitFor(progress, Deadline::After(kLongest), [&]() -> Result<std::string> {
    VEFA_TRY(count, api.Get(std::string("/v1/segments/") + kSegment + ":count"));
    int64_t known = IntegerOf(count, "scoresKnown");
    if (known >= scores && IntegerOf(count, "contactsKnown") >= contacts) return std::string();
    return "campaign has heard of " + Grouped(known) + " of " + Grouped(scores) + " scores";
  }));
  progress.Done(Grouped(IntegerOf(count, "size")) + " customers");
  return count;
}

Result<Json> Send(Api& api) {
  Progress progress("campaign");
  Json words{{"displayName", "Win-back"}, {"texts", TemplateWords()}};
  VEFA_TRY_OK(api.Post(std::string("/v1/templates?templateId=") + kTemplate, words));
  Json campaign{{"displayName", "Win-back, autumn 1997"},
                {"segment", std::string("segments/") + kSegment},
                {"template", std::string("templates/") + kTemplate},
                {"purpose", kPurpose},
                {"channel", "CHANNEL_EMAIL"}};
  VEFA_TRY_OK(api.Post(std::string("/v1/campaigns?campaignId=") + kCampaign, campaign));
  std::string name = std::string("/v1/campaigns/") + kCampaign;
  VEFA_TRY(Json now, api.Post(name + ":start", Json::object()));
  VEFA_TRY_OK(WaitFor(progress, Deadline::After(kLongest), [&]() -> Result<std::string> {
    VEFA_TRY(now, api.Get(name));
    if (TextOf(now, "state") == "STATE_PAUSED")
      return Error{Code::kFailedPrecondition, "CAMPAIGN_PAUSED", "Somebody paused the campaign; resume it, then run this again."};
    return TextOf(now, "state") == "STATE_COMPLETED" ? std::string() : ProgressText(now);
  }));
  progress.Done(ProgressText(now));
  return now;
}

Result<Json> WaitForEvents(Api& api) {
  Progress progress("events");
  Json status;
  int64_t recorded = 0;
  VEFA_TRY_OK(WaitFor(progress, Deadline::After(kLongest), [&]() -> Result<std::string> {
    VEFA_TRY(status, api.Get("/v1/status"));
    int64_t pending = 0;
    recorded = 0;
    const Json& services = MemberOf(status, "services");
    for (const Json& service : services.is_array() ? services : Json::array()) {
      if (TextOf(service, "topic").empty() && TextOf(service, "state") == "SERVING") continue;
      if (TextOf(service, "state") != "SERVING") return TextOf(service, "name") + " is not reachable";
      pending += IntegerOf(service, "eventsPending");
      recorded += IntegerOf(service, "eventsRecorded");
    }
    return pending == 0 ? std::string() : Grouped(pending) + " wait for Kafka";
  }));
  progress.Done(Grouped(recorded) + " recorded and published");
  return status;
}

}  // namespace vefa::ctl::demo
