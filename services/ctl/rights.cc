// `vefactl rights …`: what people ask for by their rights, from the letter to the answer.

#include <algorithm>
#include <cstdio>

#include "libs/base/id.h"
#include "libs/http/url.h"
#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

// Of what the service writes as an enum of this prefix: `RIGHT_KIND_ACCESS` of `access`.
std::string EnumOf(const char* prefix, std::string word) {
  for (char& c : word) c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return prefix + word;
}
std::string WordOf(const std::string& value, const std::string& prefix) {
  std::string word = value.starts_with(prefix) ? value.substr(prefix.size()) : value;
  for (char& c : word) c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return word;
}

void PrintRequest(const Json& request) {
  std::printf("%s  %-13s %-14s due %s  %s%s\n", TextOf(request, "name").c_str(), WordOf(TextOf(request, "kind"), "RIGHT_KIND_").c_str(),
              WordOf(TextOf(request, "state"), "STATE_").c_str(), TextOf(request, "dueTime").c_str(), TextOf(request, "contact").c_str(),
              TextOf(request, "extendTime").empty() ? "" : "  extended");
}

struct RightsOptions {
  std::string name;  // Of a request, or of a contact.
  std::string kind, intake, profile, note, received, method, reason, told, state;
  std::vector<std::string> purposes;
  bool overdue = false;
  std::string contact;
};

// A call on one request, whose answer is that request.
int OnRequest(const RightsOptions& options, const char* verb, const Json& body) {
  auto id = ParseResourceName("rightsRequests", options.name);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json request, api.Post("/v1/" + ResourceName("rightsRequests", *id) + ":" + verb, body));
    PrintRequest(request);
    return Ok();
  });
}

int RightsReceive(const RightsOptions& options) {
  Json request{{"contact", options.name}, {"kind", EnumOf("RIGHT_KIND_", options.kind)}, {"intake", EnumOf("INTAKE_", options.intake)}};
  if (!options.profile.empty()) request["profile"] = options.profile;
  if (!options.note.empty()) request["note"] = options.note;
  if (!options.received.empty()) request["receiveTime"] = options.received;
  if (!options.purposes.empty()) request["purposes"] = options.purposes;
  return WithApi([&](Api& api) -> Status {
    // The same id for every try of this call.
    const std::string id = NewUuidV7(SystemClock()).ToString();
    VEFA_TRY(Json made, api.Post("/v1/rightsRequests?requestId=" + id, request));
    PrintRequest(made);
    return Ok();
  });
}

int RightsList(const RightsOptions& options) {
  std::string query = options.overdue ? "&overdue=true" : "";
  if (!options.contact.empty()) query += "&contact=" + options.contact;
  return WithApi([&](Api& api) -> Status {
    std::string token;
    do {
      VEFA_TRY(Json page, api.Get("/v1/rightsRequests?pageSize=500" + query + (token.empty() ? "" : "&pageToken=" + http::PercentEncode(token))));
      for (const Json& request : MemberOf(page, "rightsRequests")) PrintRequest(request);
      token = TextOf(page, "nextPageToken");
    } while (!token.empty());
    return Ok();
  });
}

int RightsShow(const RightsOptions& options) {
  auto id = ParseResourceName("rightsRequests", options.name);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json request, api.Get("/v1/" + ResourceName("rightsRequests", *id)));
    PrintRequest(request);
    for (const Json& step : MemberOf(request, "steps"))
      std::printf("  %s  %-16s %s %s\n", TextOf(step, "stepTime").c_str(), TextOf(step, "action").c_str(), TextOf(step, "actor").c_str(),
                  TextOf(step, "reason").c_str());
    return Ok();
  });
}

// What interaction knows is asked of it, not believed.
Result<bool> TimelineHeard(Api& api, const std::string& contact) {
  VEFA_TRY(Json timeline, api.Get("/v1/" + contact + "/timeline?pageSize=20"));
  const Json& entries = MemberOf(timeline, "entries");
  return std::ranges::any_of(entries, [](const Json& entry) { return TextOf(entry, "kind") == "KIND_CONTACT_ERASED"; });
}

int RightsReport(const RightsOptions& options) {
  auto id = ParseResourceName("rightsRequests", options.name);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) -> Status {
    const std::string name = ResourceName("rightsRequests", *id);
    VEFA_TRY(Json request, api.Get("/v1/" + name));
    VEFA_TRY(Json report, api.Get("/v1/" + name + "/erasureReport"));
    VEFA_TRY(bool heard, TimelineHeard(api, TextOf(request, "contact")));
    const std::string erased = TextOf(report, "eraseTime");
    std::printf("erased: %s; keys destroyed: %lld; on Kafka: %s\n", erased.empty() ? "no" : erased.c_str(),
                static_cast<long long>(IntegerOf(report, "keysDestroyed")), MemberOf(report, "published") == Json(true) ? "yes" : "no");
    for (const Json& part : MemberOf(report, "parts")) {
      std::string state = WordOf(TextOf(part, "state"), "STATE_");
      if (TextOf(part, "service") == "interaction" && heard) state = "heard";
      std::printf("%-13s %-6s %s\n", TextOf(part, "service").c_str(), state.c_str(), TextOf(part, "detail").c_str());
    }
    for (const auto& [table, rows] : MemberOf(report, "left").items())
      std::printf("left in %s: %lld\n", table.c_str(), static_cast<long long>(IntegerFrom(rows)));
    return Ok();
  });
}

CLI::App* AddOnRequest(CLI::App& group, const char* name, const char* what, const std::string& more, std::shared_ptr<RightsOptions> options) {
  CLI::App* verb = Add(group, name, what,
                       std::string("vefactl rights ") + name + " rightsRequests/01890a5d-ac96-774b-bcce-b302099a8057" + more);
  verb->add_option("request", options->name, "rightsRequests/UUID")->required();
  return verb;
}

void AddReceiving(CLI::App& group, Verb& run) {
  auto options = std::make_shared<RightsOptions>();
  CLI::App* verb = Add(group, "receive", "Records what somebody asks for; prints by when they are to have their answer.",
                       "vefactl rights receive contacts/01890a5d-ac96-774b-bcce-b302099a8057 --kind access --intake email");
  verb->add_option("contact", options->name, "contacts/UUID")->required();
  verb->add_option("--kind", options->kind, "Which right")
      ->required()
      ->check(CLI::IsMember({"access", "portability", "rectification", "restriction", "objection", "erasure"}));
  verb->add_option("--intake", options->intake, "How it came in")
      ->required()
      ->check(CLI::IsMember({"letter", "email", "registered-email", "phone", "in-person", "form"}));
  verb->add_option("--received", options->received, "When, RFC 3339; now unless said");
  verb->add_option("--profile", options->profile, "Whose law: TR, EU, DE, US or DEFAULT; that of the contact's country unless said");
  verb->add_option("--purpose", options->purposes, "Of an objection: to what; everything unless said");
  verb->add_option("--note", options->note, "What is to be known of it");
  verb->callback([&run, options] { run = [options] { return RightsReceive(*options); }; });

  verb = Add(group, "list", "Lists open requests, those that are due first.", "vefactl rights list --overdue");
  verb->add_flag("--overdue", options->overdue, "Only those that were due before now");
  verb->add_option("--contact", options->contact, "All of this contact, the closed ones too: contacts/UUID");
  verb->callback([&run, options] { run = [options] { return RightsList(*options); }; });
}

void AddSteps(CLI::App& group, Verb& run) {
  auto options = std::make_shared<RightsOptions>();
  CLI::App* verb = AddOnRequest(group, "show", "Shows a request and what was done.", "", options);
  verb->callback([&run, options] { run = [options] { return RightsShow(*options); }; });
  verb = AddOnRequest(group, "ask", "Records that they were asked to show who they are.", "", options);
  verb->callback([&run, options] { run = [options] { return OnRequest(*options, "askIdentity", Json::object()); }; });
  verb = AddOnRequest(group, "confirm", "Records how you saw who they are; from here on things may be handed out.", " --method document",
                      options);
  verb->add_option("--method", options->method, "How")
      ->required()
      ->check(CLI::IsMember({"document", "signed-in", "known-address", "signature", "known-in-person"}));
  verb->callback([&run, options] {
    run = [options] { return OnRequest(*options, "confirmIdentity", Json{{"method", EnumOf("IDENTITY_METHOD_", options->method)}}); };
  });
  verb = AddOnRequest(group, "extend", "Records that they were told that it takes longer, and why.",
                      " --reason MANY_REQUESTS --told 2026-01-20T10:00:00Z", options);
  verb->add_option("--reason", options->reason, "Upper-case words joined by underscores")->required();
  verb->add_option("--told", options->told, "When they were told, RFC 3339")->required();
  verb->callback([&run, options] {
    run = [options] { return OnRequest(*options, "extend", Json{{"reason", options->reason}, {"tellTime", options->told}}); };
  });
  verb = AddOnRequest(group, "fulfill", "Does what was asked for, and ends the request. An erasure cannot be undone.", "", options);
  verb->callback([&run, options] { run = [options] { return OnRequest(*options, "fulfill", Json::object()); }; });
  verb = AddOnRequest(group, "close", "Ends a request that is not fulfilled.", " --state rejected --reason IDENTITY_NOT_SHOWN", options);
  verb->add_option("--state", options->state, "How")->required()->check(CLI::IsMember({"rejected", "withdrawn"}));
  verb->add_option("--reason", options->reason, "Upper-case words joined by underscores")->required();
  verb->callback([&run, options] {
    run = [options] {
      return OnRequest(*options, "close", Json{{"state", EnumOf("STATE_", options->state)}, {"reason", options->reason}});
    };
  });
  verb = AddOnRequest(group, "report", "Shows what is left of somebody who was erased, service by service.", "", options);
  verb->callback([&run, options] { run = [options] { return RightsReport(*options); }; });
}

}  // namespace

void AddRights(CLI::App& app, Verb& run) {
  CLI::App* group = AddGroup(app, "rights", "What people ask for by their rights.");
  AddReceiving(*group, run);
  AddSteps(*group, run);
  AddPersonVerbs(*group, run);
  AddRegisterVerbs(*group, run);
}

}  // namespace vefa::ctl
