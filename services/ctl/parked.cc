// `vefactl parked list|show|replay|skip`.

#include <cstdio>

#include "libs/http/url.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

Result<Json> Ask(Api& api, const std::string& service, const std::string& consumer, const std::string& subject) {
  std::string query;
  if (!consumer.empty()) query += "?consumer=" + http::PercentEncode(consumer);
  if (!subject.empty()) query += (query.empty() ? "?" : "&") + std::string("subject=") + http::PercentEncode(subject);
  return api.Get(OperationsPath(service, "parked" + query));
}

void PrintSubject(const Json& parked) {
  std::string next = TextOf(parked, "nextAttemptTime");
  std::printf("%-28s %-46s %-8s from version %s, %s events, since %s, %s\n    tenant %s\n    %s\n",
              TextOf(parked, "consumer").c_str(), TextOf(parked, "subject").c_str(), TextOf(parked, "kind").c_str(),
              Grouped(IntegerOf(parked, "firstVersion")).c_str(), Grouped(IntegerOf(parked, "events")).c_str(),
              TextOf(parked, "parkTime").c_str(),
              next.empty() ? "waits for you: replay or skip" : ("tried again at " + next).c_str(),
              TextOf(parked, "tenantId").c_str(), TextOf(parked, "reason").c_str());
}

void PrintEvents(const Json& parked) {
  const Json& events = MemberOf(parked, "parkedEvents");
  for (const Json& event : events.is_array() ? events : Json::array())
    std::printf("    version %s  %s  %s  %s[%lld] at %s\n      %s\n", Grouped(IntegerOf(event, "version")).c_str(),
                TextOf(event, "type").c_str(), TextOf(event, "eventId").c_str(), TextOf(event, "topic").c_str(),
                static_cast<long long>(IntegerOf(event, "partition")), Grouped(IntegerOf(event, "offset")).c_str(),
                TextOf(event, "payload").c_str());
}

}  // namespace

int ParkedList(const std::string& service) {
  return WithApi([&](Api& api) -> Status {
    size_t found = 0;
    for (const std::string& name : Chosen(service, kConsumerServices)) {
      VEFA_TRY(Json answer, Ask(api, name, "", ""));
      const Json& subjects = MemberOf(answer, "subjects");
      for (const Json& parked : subjects.is_array() ? subjects : Json::array()) PrintSubject(parked), ++found;
      const Json& unreadable = MemberOf(answer, "unreadable");
      for (const Json& record : unreadable.is_array() ? unreadable : Json::array())
        std::printf("%-28s %s[%lld] at %s is no event: %s, %s\n", TextOf(record, "consumer").c_str(),
                    TextOf(record, "topic").c_str(), static_cast<long long>(IntegerOf(record, "partition")),
                    Grouped(IntegerOf(record, "offset")).c_str(), TextOf(record, "reason").c_str(),
                    TextOf(record, "refuseTime").c_str());
    }
    if (found == 0) std::printf("nothing is parked\n");
    return Ok();
  });
}

int ParkedShow(const ParkedOptions& options) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json answer, Ask(api, ServiceOfConsumer(options.consumer), options.consumer, options.subject));
    const Json& subjects = MemberOf(answer, "subjects");
    if (!subjects.is_array() || subjects.empty())
      return NotFound("NOT_PARKED", options.subject + " is not parked for " + options.consumer + ".");
    for (const Json& parked : subjects) {
      PrintSubject(parked);
      PrintEvents(parked);
    }
    return Ok();
  });
}

int ParkedReplay(const ParkedOptions& options) {
  return WithApi([&](Api& api) -> Status {
    Json body = {{"consumer", options.consumer}};
    if (!options.subject.empty()) body["subject"] = options.subject;
    VEFA_TRY(Json answer, api.Post(OperationsPath(ServiceOfConsumer(options.consumer), "parked:replay"), body));
    std::printf("%s subjects are tried now\n", Grouped(IntegerOf(answer, "subjects")).c_str());
    return Ok();
  });
}

int ParkedSkip(const ParkedOptions& options) {
  return WithApi([&](Api& api) -> Status {
    Json body = {{"consumer", options.consumer},
                 {"tenantId", options.tenant},
                 {"subject", options.subject},
                 {"version", options.version}};
    VEFA_TRY(Json answer, api.Post(OperationsPath(ServiceOfConsumer(options.consumer), "parked:skip"), body));
    std::printf("version %lld is given up; %s events of the subject are still parked\n",
                static_cast<long long>(options.version), Grouped(IntegerOf(answer, "events")).c_str());
    return Ok();
  });
}

}  // namespace vefa::ctl
