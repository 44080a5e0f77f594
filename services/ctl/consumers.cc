// `vefactl consumer list|pause|resume|seek`.

#include <cstdio>

#include "libs/http/url.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

std::string StateOf(const Json& consumer) {
  std::string stopped = TextOf(consumer, "stoppedReason");
  if (!stopped.empty()) return "stopped: " + stopped;
  const Json& paused = MemberOf(consumer, "paused");
  return paused.is_boolean() && paused.get<bool>() ? "paused" : "reading";
}

void PrintConsumer(const Json& consumer) {
  int64_t lag = IntegerOf(consumer, "lag");
  const Json& positions = MemberOf(consumer, "positions");
  std::printf("%-30s %-28s %10s %10s %8s %10zu\n", TextOf(consumer, "name").c_str(), StateOf(consumer).c_str(),
              lag < 0 ? "unknown" : Grouped(lag).c_str(), Age(NumberOf(consumer, "lagSeconds")).c_str(),
              Grouped(IntegerOf(consumer, "parkedSubjects")).c_str(), positions.is_array() ? positions.size() : 0);
}

void PrintConsumersHead() {
  std::printf("%-30s %-28s %10s %10s %8s %10s\n", "consumer", "state", "lag", "oldest", "parked", "partitions");
}

std::string PathOf(const std::string& consumer, const char* verb) {
  return OperationsPath(ServiceOfConsumer(consumer), "consumers/" + http::PercentEncode(consumer) + ":" + verb);
}

int Change(const std::string& consumer, const char* verb, const Json& body) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json changed, api.Post(PathOf(consumer, verb), body));
    PrintConsumersHead();
    PrintConsumer(changed);
    return Ok();
  });
}

}  // namespace

int ConsumerList(const std::string& service) {
  return WithApi([&](Api& api) -> Status {
    PrintConsumersHead();
    for (const std::string& name : Chosen(service, kConsumerServices)) {
      VEFA_TRY(Json answer, api.Get(OperationsPath(name, "consumers")));
      const Json& consumers = MemberOf(answer, "consumers");
      for (const Json& consumer : consumers.is_array() ? consumers : Json::array()) PrintConsumer(consumer);
    }
    return Ok();
  });
}

int ConsumerPause(const std::string& consumer) { return Change(consumer, "pause", Json::object()); }

int ConsumerResume(const std::string& consumer) { return Change(consumer, "resume", Json::object()); }

int ConsumerSeek(const ConsumerSeekOptions& options) {
  Json body;
  if (options.to == "earliest" || options.to == "latest") {
    body["target"] = options.to == "earliest" ? "TARGET_EARLIEST" : "TARGET_LATEST";
  } else {
    body = {{"target", "TARGET_OFFSET"}, {"topic", options.topic}, {"partition", options.partition}, {"offset", options.to}};
  }
  return Change(options.consumer, "seek", body);
}

}  // namespace vefa::ctl
