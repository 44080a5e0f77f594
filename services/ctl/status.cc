// `vefactl status [--json]`: each service and its event log, as the gateway sees them.

#include <cstdio>
#include <iostream>

#include "services/ctl/api.h"
#include "services/ctl/terminal.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

// A status is of use at once or not at all.
constexpr std::chrono::seconds kStatusPatience(5);

Result<Json> Ask() {
  VEFA_TRY(Credentials credentials, ReadCredentials());
  VEFA_TRY(auto api, Api::SignIn(std::move(credentials), kStatusPatience));
  return api->Get("/v1/status");
}

bool AllServe(const Json& status) {
  const Json& services = MemberOf(status, "services");
  if (!services.is_array() || services.empty()) return false;
  for (const Json& service : services) {
    if (TextOf(service, "state") != "SERVING") return false;
  }
  return true;
}

void PrintTable(const Json& status) {
  std::printf("%-13s %-12s %-9s %-22s %12s %10s\n", "service", "state", "version", "topic", "events", "pending");
  const Json& services = MemberOf(status, "services");
  for (const Json& service : services.is_array() ? services : Json::array()) {
    std::printf("%-13s %-12s %-9s %-22s %12s %10s\n", TextOf(service, "name").c_str(), TextOf(service, "state").c_str(),
                TextOf(service, "version").c_str(), TextOf(service, "topic").c_str(),
                Grouped(IntegerOf(service, "eventsRecorded")).c_str(),
                Grouped(IntegerOf(service, "eventsPending")).c_str());
  }
  const Json& is_volatile = MemberOf(status, "eventsVolatile");
  if (is_volatile.is_boolean() && is_volatile.get<bool>())
    std::printf("EVENTS WILL NOT SURVIVE A RESTART: an in-memory stand-in runs instead of Apache Kafka.\n");
}

}  // namespace

int ShowStatus(const StatusOptions& options) {
  auto status = Ask();
  if (!status.ok()) return Fail(status.error());
  if (options.json) {
    std::cout << status->dump(2) << "\n";
  } else {
    PrintTable(*status);
  }
  return AllServe(*status) ? kOk : kFailure;
}

}  // namespace vefa::ctl
