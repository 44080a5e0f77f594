// What the demo writes into summary.json. Every number comes from the platform's answers.

#include <cmath>
#include <map>

#include "services/ctl/demo.h"

namespace vefa::ctl::demo {
namespace {

// Digits that two independent implementations agree on.
constexpr int kParameterDecimals = 7;
constexpr int kLikelihoodDecimals = 6;
constexpr int kPurchaseDecimals = 1;

double Rounded(double value, int decimals) {
  double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

Json Model(const Json& run) {
  const Json& fitted = MemberOf(run, "purchaseModel");
  Json model{{"name", "bg_nbd"}};
  for (const char* name : {"r", "alpha", "a", "b"}) model[name] = Rounded(NumberOf(fitted, name), kParameterDecimals);
  model["log_likelihood"] = Rounded(NumberOf(fitted, "logLikelihood"), kLikelihoodDecimals);
  return model;
}

Json Messages(const Json& campaign) {
  const Json& progress = MemberOf(campaign, "progress");
  Json messages;
  for (const char* name : {"requested", "accepted", "delivered", "bounced", "unknown"})
    messages[name] = IntegerOf(progress, name);
  // None fails in this story; should some, the sum must still add up for whoever reads it.
  if (int64_t failed = IntegerOf(progress, "failed"); failed > 0) messages["failed"] = failed;
  std::map<std::string, int64_t> refused;
  const Json& reasons = MemberOf(progress, "refused");
  for (auto reason = reasons.begin(); reason != reasons.end(); ++reason) refused[reason.key()] = IntegerFrom(reason.value());
  messages["refused"] = refused;
  return messages;
}

Json Events(const Json& status) {
  Json events = Json::object();
  const Json& services = MemberOf(status, "services");
  for (const Json& service : services.is_array() ? services : Json::array()) {
    std::string topic = TextOf(service, "topic");
    if (topic.empty()) continue;
    int64_t recorded = IntegerOf(service, "eventsRecorded");
    events[topic] = Json{{"recorded", recorded}, {"published", recorded - IntegerOf(service, "eventsPending")}};
  }
  return events;
}

}  // namespace

Json Summary(const Outcome& outcome) {
  const Json& holdout = MemberOf(outcome.scoring_run, "holdout");
  Json summary;
  summary["contacts"] = outcome.contacts;
  summary["orders"] = outcome.orders;
  summary["scored"] = IntegerOf(outcome.scoring_run, "scored");
  summary["model"] = Model(outcome.scoring_run);
  summary["holdout"] = Json{{"weeks", IntegerOf(holdout, "weeks")},
                            {"predicted", Rounded(NumberOf(holdout, "predicted"), kPurchaseDecimals)},
                            {"actual", IntegerOf(holdout, "actual")}};
  summary["segment"] = Json{{"name", kSegment}, {"size", IntegerOf(outcome.segment_count, "size")}};
  summary["messages"] = Messages(outcome.campaign);
  summary["events"] = Events(outcome.status);
  summary["seconds"] = Json{{"import", Rounded(outcome.import_seconds, 1)},
                            {"score", Rounded(outcome.score_seconds, 1)},
                            {"send", Rounded(outcome.send_seconds, 1)}};
  return summary;
}

}  // namespace vefa::ctl::demo
