// `vefactl doctor`: one line a finding, worst last, each with what to do about it.

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

// What is worth a person's look.
constexpr double kOldestWarn = 5;
constexpr double kOldestFail = 60;
constexpr int64_t kLagWarn = 10'000;

enum class Grade { kGood, kWarn, kBad };

class Findings {
 public:
  void Say(Grade grade, const std::string& what, const std::string& advice = "") {
    static constexpr const char* kWords[] = {"ok   ", "WARN ", "FAIL "};
    std::printf("%s %s\n", kWords[static_cast<int>(grade)], what.c_str());
    if (!advice.empty()) std::printf("      %s\n", advice.c_str());
    if (grade == Grade::kBad) bad_ = true;
  }
  bool bad() const { return bad_; }

 private:
  bool bad_ = false;
};

void LookAtService(const Json& service, Findings& findings) {
  std::string name = TextOf(service, "name");
  if (TextOf(service, "state") == "SERVING") return findings.Say(Grade::kGood, name + " serves, version " + TextOf(service, "version"));
  findings.Say(Grade::kBad, name + " does not answer", "Look at its log and its /readyz; start it again.");
}

void LookAtOutbox(const std::string& service, const Json& outbox, Findings& findings) {
  double oldest = NumberOf(outbox, "oldestAgeSeconds");
  std::string what = service + ": " + Grouped(IntegerOf(outbox, "pending")) + " events wait for Kafka, the oldest for " + Age(oldest);
  const Json& leases = MemberOf(outbox, "leases");
  if (!leases.is_array() || leases.empty())
    findings.Say(Grade::kWarn, service + ": no relay holds a lane",
                 "Leases may be off on purpose; else see whether the service runs and its log says why its relay does not.");
  if (oldest < kOldestWarn) return findings.Say(Grade::kGood, what);
  findings.Say(oldest < kOldestFail ? Grade::kWarn : Grade::kBad, what,
               "Is Kafka up and does the topic " + TextOf(outbox, "topic") + " have its 24 partitions (`vefactl topics diff`)?"
               " The relay's log names what it waits for.");
}

void LookAtConsumer(const Json& consumer, Findings& findings) {
  std::string name = TextOf(consumer, "name");
  std::string stopped = TextOf(consumer, "stoppedReason");
  const Json& paused = MemberOf(consumer, "paused");
  int64_t lag = IntegerOf(consumer, "lag");
  int64_t parked = IntegerOf(consumer, "parkedSubjects");
  if (!stopped.empty()) {
    findings.Say(Grade::kBad, name + " stopped itself: " + stopped,
                 "`vefactl parked list` shows what it met; mend the cause, then `vefactl consumer resume " + name + "`.");
  } else if (paused.is_boolean() && paused.get<bool>()) {
    findings.Say(Grade::kWarn, name + " is paused", "`vefactl consumer resume " + name + "` lets it go on.");
  } else if (lag < 0) {
    findings.Say(Grade::kWarn, name + ": Kafka does not say how far behind it is", "Is Kafka up?");
  } else if (lag > kLagWarn) {
    findings.Say(Grade::kWarn, name + " is " + Grouped(lag) + " events behind", "It catches up by itself unless its log says otherwise.");
  } else {
    findings.Say(Grade::kGood, name + " reads, " + Grouped(lag) + " events behind");
  }
  if (parked > 0)
    findings.Say(Grade::kWarn, name + ": " + Grouped(parked) + " subjects are parked",
                 "`vefactl parked list`, then `parked replay` or `parked skip`.");
}

void LookAtRun(const Json& run, Findings& findings) {
  std::string consumer = TextOf(run, "consumer");
  int64_t differing = IntegerOf(run, "rowsMissing") + IntegerOf(run, "rowsUnexpected");
  if (TextOf(run, "state") == "STATE_FAILED")
    return findings.Say(Grade::kWarn, consumer + ": its last run was given up: " + TextOf(run, "error"));
  if (TextOf(run, "state") != "STATE_DONE") return;
  if (differing == 0)
    return findings.Say(Grade::kGood, consumer + " is what the ledgers say, " + Grouped(IntegerOf(run, "rowsCompared")) + " rows");
  findings.Say(Grade::kBad, consumer + " differs from the ledgers in " + Grouped(differing) + " rows",
               "`vefactl projection rebuild " + consumer + "` builds it anew beside the live one.");
}

// The newest verification of each projection.
Status LookAtRuns(Api& api, const std::string& service, Findings& findings) {
  VEFA_TRY(Json answer, api.Get(OperationsPath(service, "projectionRuns")));
  std::vector<std::string> seen;
  const Json& runs = MemberOf(answer, "runs");
  for (const Json& run : runs.is_array() ? runs : Json::array()) {
    if (TextOf(run, "kind") != "KIND_VERIFY") continue;
    std::string consumer = TextOf(run, "consumer");
    if (std::find(seen.begin(), seen.end(), consumer) != seen.end()) continue;
    seen.push_back(consumer);
    LookAtRun(run, findings);
  }
  return Ok();
}

Status LookAtEverything(Api& api, Findings& findings) {
  VEFA_TRY(Json status, api.Get("/v1/status"));
  findings.Say(Grade::kGood, "the gateway answers and lets us in");
  const Json& services = MemberOf(status, "services");
  for (const Json& service : services.is_array() ? services : Json::array()) LookAtService(service, findings);
  for (const std::string& service : kConsumerServices) {
    if (service != "gateway") {
      auto outbox = api.Get(OperationsPath(service, "outbox"));
      if (!outbox.ok() && outbox.error().code == Code::kPermissionDenied) return outbox.error();
      if (outbox.ok()) LookAtOutbox(service, *outbox, findings);
    }
    auto answer = api.Get(OperationsPath(service, "consumers"));
    if (!answer.ok()) {
      findings.Say(Grade::kBad, service + ": " + answer.error().message);
      continue;
    }
    const Json& consumers = MemberOf(*answer, "consumers");
    for (const Json& consumer : consumers.is_array() ? consumers : Json::array()) LookAtConsumer(consumer, findings);
    if (service != "gateway") VEFA_TRY_OK(LookAtRuns(api, service, findings));
  }
  return Ok();
}

}  // namespace

int Doctor() {
  Findings findings;
  int code = WithApi([&](Api& api) { return LookAtEverything(api, findings); });
  return code == kOk && findings.bad() ? kFailure : code;
}

}  // namespace vefa::ctl
