// `vefactl outbox stats|kick` and `vefactl relay replay|renew-incarnation`.

#include <cstdio>

#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

void PrintHead() {
  std::printf("%-13s %10s %10s %14s %-21s %-6s %s\n", "service", "pending", "oldest", "recorded", "ledger since", "relays",
              "incarnation");
}

void Print(const Json& outbox) {
  const Json& leases = MemberOf(outbox, "leases");
  std::printf("%-13s %10s %10s %14s %-21s %-6zu %s\n", TextOf(outbox, "service").c_str(),
              Grouped(IntegerOf(outbox, "pending")).c_str(), Age(NumberOf(outbox, "oldestAgeSeconds")).c_str(),
              ("~" + Grouped(IntegerOf(outbox, "recordedEstimate"))).c_str(),
              TextOf(outbox, "oldestRecordTime").substr(0, 20).c_str(), leases.is_array() ? leases.size() : 0,
              TextOf(outbox, "incarnation").c_str());
  for (const Json& lease : leases.is_array() ? leases : Json::array())
    std::printf("    %s holds %lld lanes until %s\n", TextOf(lease, "owner").c_str(),
                static_cast<long long>(IntegerOf(lease, "lanes")), TextOf(lease, "leaseUntil").c_str());
}

}  // namespace

int OutboxStats(const std::string& service) {
  return WithApi([&](Api& api) -> Status {
    PrintHead();
    for (const std::string& name : Chosen(service, kLedgerServices)) {
      VEFA_TRY(Json outbox, api.Get(OperationsPath(name, "outbox")));
      Print(outbox);
    }
    return Ok();
  });
}

int OutboxKick(const std::string& service) {
  return WithApi([&](Api& api) -> Status {
    PrintHead();
    for (const std::string& name : Chosen(service, kLedgerServices)) {
      VEFA_TRY(Json outbox, api.Post(OperationsPath(name, "outbox:kick"), Json::object()));
      Print(outbox);
    }
    return Ok();
  });
}

int RelayReplay(const RelayReplayOptions& options) {
  return WithApi([&](Api& api) -> Status {
    Json body = Json::object();
    if (!options.from.empty()) body["from"] = options.from;
    if (!options.to.empty()) body["to"] = options.to;
    if (!options.subject.empty()) body["subject"] = options.subject;
    VEFA_TRY(Json answer, api.Post(OperationsPath(options.service, "outbox:replay"), body));
    std::printf("%s events will be published again\n", Grouped(IntegerOf(answer, "events")).c_str());
    return Ok();
  });
}

int RenewIncarnation(const std::string& service) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json outbox, api.Post(OperationsPath(service, "outbox:renewIncarnation"), Json::object()));
    std::printf("the ledger of %s now lives as %s\n", service.c_str(), TextOf(outbox, "incarnation").c_str());
    return Ok();
  });
}

}  // namespace vefa::ctl
