#include "services/gateway/status_service.h"

#include <thread>

#include "vefa/event/v1/event_log_service.pb.h"
#include "vefa/gateway/v1/status_service.pb.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

constexpr std::chrono::milliseconds kStatusTimeout(2000);

v1::ServiceStatus Ask(Upstream& service, const Terms& terms) {
  v1::ServiceStatus status;
  status.set_name(service.name());
  const auto* rpc = event::v1::EventLogStatus::descriptor()
                        ->file()
                        ->FindServiceByName("EventLogService")
                        ->FindMethodByName("GetEventLogStatus");
  event::v1::EventLogStatus log;
  Status answered = service.Call(*rpc, event::v1::GetEventLogStatusRequest(), log, terms);
  status.set_state(answered.ok() ? "SERVING" : "UNREACHABLE");
  if (!answered.ok()) return status;
  status.set_version(log.version());
  status.set_topic(log.topic());
  status.set_events_recorded(log.recorded());
  status.set_events_pending(log.pending());
  return status;
}

}  // namespace

void AddStatusService(Api& api, std::vector<Upstream*> services, const rpc::PrincipalKey& key, bool events_volatile) {
  api.AddLocal(
      "vefa.gateway.v1.StatusService.GetStatus",
      [services = std::move(services), &key, events_volatile](const LocalCall& call, const pb::Message&,
                                                              pb::Message& out) -> Status {
        Terms terms{key.Sign(call.caller->principal), Deadline::After(std::min(kStatusTimeout, call.deadline.Left()))};
        std::vector<v1::ServiceStatus> answers(services.size());
        std::vector<std::thread> askers;
        for (size_t i = 0; i < services.size(); ++i)
          askers.emplace_back([&, i] { answers[i] = Ask(*services[i], terms); });
        for (std::thread& asker : askers) asker.join();
        auto& status = static_cast<v1::PlatformStatus&>(out);
        for (v1::ServiceStatus& answer : answers) *status.add_services() = std::move(answer);
        status.set_events_volatile(events_volatile);
        return Ok();
      });
}

}  // namespace vefa::gateway
