// `vefactl projection rebuild|verify|list`.

#include <cstdio>

#include "libs/http/url.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

// A rebuilding of everything may take long; it goes on without us when we stop waiting.
constexpr std::chrono::hours kRunTimeout(6);

void PrintRun(const Json& run) {
  std::printf("%s  %-24s %-12s %-13s %s events", TextOf(run, "id").c_str(), TextOf(run, "consumer").c_str(),
              TextOf(run, "kind").c_str(), TextOf(run, "state").c_str(), Grouped(IntegerOf(run, "events")).c_str());
  if (TextOf(run, "kind") == "KIND_VERIFY")
    std::printf(", %s rows compared, %s missing, %s unexpected, %s subjects not verifiable",
                Grouped(IntegerOf(run, "rowsCompared")).c_str(), Grouped(IntegerOf(run, "rowsMissing")).c_str(),
                Grouped(IntegerOf(run, "rowsUnexpected")).c_str(), Grouped(IntegerOf(run, "subjectsUnverifiable")).c_str());
  std::printf("\n");
  if (!TextOf(run, "error").empty()) std::printf("    %s\n", TextOf(run, "error").c_str());
  const Json& differences = MemberOf(run, "differences");
  for (const Json& line : differences.is_array() ? differences : Json::array())
    std::printf("    %s\n", line.is_string() ? line.get<std::string>().c_str() : "");
}

}  // namespace

int ProjectionRunVerb(const ProjectionOptions& options) {
  bool differs = false;
  int code = WithApi([&](Api& api) -> Status {
    std::string service = ServiceOfConsumer(options.consumer);
    Json run = {{"consumer", options.consumer},
                {"kind", options.verify ? "KIND_VERIFY" : "KIND_REBUILD"},
                {"from", options.from == "kafka" ? "FROM_KAFKA" : "FROM_LEDGER"}};
    VEFA_TRY(Json started, api.Post(OperationsPath(service, "projectionRuns"), {{"run", run}}));
    std::string path = OperationsPath(service, "projectionRuns/" + http::PercentEncode(TextOf(started, "id")));
    Progress progress(options.verify ? "comparing" : "building anew");
    Json last;
    VEFA_TRY_OK(WaitFor(progress, Deadline::After(kRunTimeout), [&]() -> Result<std::string> {
      VEFA_TRY(last, api.Get(path));
      std::string state = TextOf(last, "state");
      if (state == "STATE_DONE" || state == "STATE_FAILED") return std::string();
      return Grouped(IntegerOf(last, "events")) + " events";
    }));
    PrintRun(last);
    if (TextOf(last, "state") == "STATE_FAILED")
      return Error{Code::kAborted, "RUN_FAILED", "The run was given up; the line above says why."};
    differs = IntegerOf(last, "rowsMissing") + IntegerOf(last, "rowsUnexpected") > 0;
    return Ok();
  });
  if (code == kOk && differs) return kFailure;
  return code;
}

int ProjectionList(const std::string& service) {
  return WithApi([&](Api& api) -> Status {
    for (const std::string& name : Chosen(service, kLedgerServices)) {
      VEFA_TRY(Json answer, api.Get(OperationsPath(name, "projectionRuns")));
      const Json& runs = MemberOf(answer, "runs");
      for (const Json& run : runs.is_array() ? runs : Json::array()) PrintRun(run);
    }
    return Ok();
  });
}

}  // namespace vefa::ctl
