// `vefactl rights export|limits|lift|hold|release`: the document for a person, and what stands in the way of using their data.

#include <cstdio>

#include "libs/base/id.h"
#include "libs/http/url.h"
#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

constexpr int kTimelinePages = 100;  // Of 500 entries.

struct PersonOptions {
  std::string contact;
  std::string format = "json", language, output;
  std::string reason;
  bool restriction = false, objections = false;
  std::vector<std::string> purposes;
};

// What interaction holds of the person, by its own call.
Result<Json> ReadTimeline(Api& api, const std::string& contact) {
  Json entries = Json::array();
  std::string token;
  for (int page = 0; page < kTimelinePages; ++page) {
    VEFA_TRY(Json answer, api.Get("/v1/" + contact + "/timeline?pageSize=500" + (token.empty() ? "" : "&pageToken=" + http::PercentEncode(token))));
    for (const Json& entry : MemberOf(answer, "entries")) entries.push_back(entry);
    token = TextOf(answer, "nextPageToken");
    if (token.empty()) return entries;
  }
  return Error{Code::kResourceExhausted, "EXPORT_TOO_LARGE", "The timeline has more than 50,000 entries; read it by ListTimeline."};
}

int PersonExport(const PersonOptions& options) {
  auto id = ParseResourceName("contacts", options.contact);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) -> Status {
    const std::string contact = ResourceName("contacts", *id);
    Json ask = Json::object();
    if (options.format == "html") ask["format"] = "FORMAT_HTML";
    if (!options.language.empty()) ask["language"] = options.language;
    VEFA_TRY(Json answer, api.Post("/v1/" + contact + ":exportPerson", ask));
    std::string text = TextOf(answer, "html");
    if (options.format == "json") {
      Json document = MemberOf(answer, "document");
      VEFA_TRY(document["timeline"], ReadTimeline(api, contact));
      text = document.dump(2) + "\n";
    }
    VEFA_TRY_OK(MakePrivate(options.output + ".new"));
    VEFA_TRY_OK(WriteFile(options.output, text));
    std::printf("%s: %s bytes, for %s\n", options.output.c_str(), Grouped(static_cast<int64_t>(text.size())).c_str(),
                TextOf(MemberOf(answer, "document"), "rightsRequest").c_str());
    return Ok();
  });
}

// A call on what stands in the way of using somebody's data; prints what does afterwards.
int OnLimits(const PersonOptions& options, const std::string& verb, const Json& body) {
  auto id = ParseResourceName("contacts", options.contact);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) -> Status {
    const std::string path = "/v1/" + ResourceName("contacts", *id) + "/processingLimits";
    VEFA_TRY(Json limits, verb.empty() ? api.Get(path) : api.Post(path + ":" + verb, body));
    std::printf("%s\n", limits.dump(2).c_str());
    return Ok();
  });
}

CLI::App* AddOnPerson(CLI::App& group, const char* name, const char* what, const std::string& more, std::shared_ptr<PersonOptions> options) {
  CLI::App* verb =
      Add(group, name, what, std::string("vefactl rights ") + name + " contacts/01890a5d-ac96-774b-bcce-b302099a8057" + more);
  verb->add_option("contact", options->contact, "contacts/UUID")->required();
  return verb;
}

CLI::App* WithReason(CLI::App* verb, std::shared_ptr<PersonOptions> options) {
  verb->add_option("--reason", options->reason, "Why, for the record: upper-case words joined by underscores")->required();
  return verb;
}

}  // namespace

void AddPersonVerbs(CLI::App& group, Verb& run) {
  auto options = std::make_shared<PersonOptions>();
  CLI::App* verb = AddOnPerson(group, "export",
                               "Writes the document for a person, for their request that is in progress: JSON with the timeline of\n"
                               "interaction, or a page to read.",
                               " --format html --language tr --output ayse.html", options);
  verb->add_option("--format", options->format, "json or html")->check(CLI::IsMember({"json", "html"}))->capture_default_str();
  verb->add_option("--language", options->language, "Of the page; the person's own unless said")->check(CLI::IsMember({"tr", "en"}));
  verb->add_option("--output", options->output, "Where to write it")->required();
  verb->callback([&run, options] { run = [options] { return PersonExport(*options); }; });

  verb = AddOnPerson(group, "limits", "Shows what stands in the way of using or erasing somebody's data.", "", options);
  verb->callback([&run, options] { run = [options] { return OnLimits(*options, "", {}); }; });
  verb = WithReason(AddOnPerson(group, "lift", "Lifts a restriction or objections.", " --restriction --reason ASKED_BY_PERSON", options), options);
  verb->add_flag("--restriction", options->restriction, "The restriction");
  verb->add_flag("--objections", options->objections, "Every objection");
  verb->add_option("--purpose", options->purposes, "The objection to this purpose");
  verb->callback([&run, options] {
    run = [options] {
      return OnLimits(*options, "lift", Json{{"restriction", options->restriction}, {"objections", options->objections},
                                             {"purposes", options->purposes}, {"reason", options->reason}});
    };
  });
  verb = WithReason(AddOnPerson(group, "hold", "Keeps somebody's data from being erased.", " --reason LAWSUIT_2026_17", options), options);
  verb->callback([&run, options] { run = [options] { return OnLimits(*options, "hold", Json{{"reason", options->reason}}); }; });
  verb = WithReason(AddOnPerson(group, "release", "Ends a hold.", " --reason LAWSUIT_ENDED", options), options);
  verb->callback([&run, options] { run = [options] { return OnLimits(*options, "release", Json{{"reason", options->reason}}); }; });
}

}  // namespace vefa::ctl
