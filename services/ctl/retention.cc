// `vefactl retention …`: how long people are kept; looked at, then done.

#include <cstdio>

#include "libs/base/id.h"
#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

struct RetentionOptions {
  std::string code, title, purpose;
  int days = 0;
  std::vector<std::string> stages;
  bool despite_consent = false;
  bool scheduled = false;
};

void PrintRule(const Json& rule) { std::printf("%s\n", rule.dump().c_str()); }

int RetentionSet(const RetentionOptions& options) {
  Json stages = Json::array();
  for (std::string stage : options.stages) {
    for (char& c : stage) c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    stages.push_back("LIFECYCLE_STAGE_" + stage);
  }
  const Json rule{{"code", options.code},       {"title", options.title},     {"days", options.days},
                  {"purpose", options.purpose}, {"lifecycleStages", stages}, {"despiteConsent", options.despite_consent},
                  {"scheduled", options.scheduled}};
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json stored, api.Post("/v1/retentionRules", rule));
    PrintRule(stored);
    return Ok();
  });
}

int RetentionList() {
  return WithApi([](Api& api) -> Status {
    VEFA_TRY(Json rules, api.Get("/v1/retentionRules"));
    for (const Json& rule : MemberOf(rules, "retentionRules")) PrintRule(rule);
    return Ok();
  });
}

int RetentionPreview(const RetentionOptions& options) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json preview, api.Get("/v1/retentionRules/" + options.code + ":preview"));
    std::printf("%s would be erased, %s more are held\n", Grouped(IntegerOf(preview, "count")).c_str(),
                Grouped(IntegerOf(preview, "held")).c_str());
    for (const Json& one : MemberOf(preview, "examples"))
      std::printf("  %s  last heard of %s%s\n", TextOf(one, "contact").c_str(), TextOf(one, "lastTime").c_str(),
                  MemberOf(one, "held") == Json(true) ? "  held" : "");
    return Ok();
  });
}

int RetentionRun(const RetentionOptions& options) {
  return WithApi([&](Api& api) -> Status {
    Progress progress("retention");
    int64_t erased = 0;
    for (bool more = true; more;) {
      VEFA_TRY(Json done, api.Post("/v1/retentionRules/" + options.code + ":run", Json::object()));
      erased += IntegerOf(done, "erased");
      // Who was skipped is not met again at once: a run that only skips is at its end.
      more = MemberOf(done, "more") == Json(true) && IntegerOf(done, "erased") > 0;
      progress.Show(Grouped(erased) + " erased");
    }
    progress.Done(Grouped(erased) + " erased");
    return Ok();
  });
}

}  // namespace

void AddRetention(CLI::App& app, Verb& run) {
  CLI::App* group = AddGroup(app, "retention", "How long people are kept.");
  auto options = std::make_shared<RetentionOptions>();
  CLI::App* verb = Add(*group, "set", "Adds a rule, or replaces the one with its code. Erases nobody.",
                       "vefactl retention set cold-leads --days 730 --stage lead --stage prospect");
  verb->add_option("code", options->code, "Lower-case letters, digits and hyphens")->required();
  verb->add_option("--days", options->days, "Days without anything new")->required()->check(CLI::Range(1, 36'500));
  verb->add_option("--title", options->title, "What it is for");
  verb->add_option("--purpose", options->purpose, "Only who does not agree to this purpose; to none at all unless said");
  verb->add_option("--stage", options->stages, "Only at this stage of the relationship, for example lead");
  verb->add_flag("--despite-consent", options->despite_consent, "Also who agrees");
  verb->add_flag("--scheduled", options->scheduled,
                 "It runs by itself once a day, first a day from now; not unless said. Cannot be undone; look at `preview` first");
  verb->callback([&run, options] { run = [options] { return RetentionSet(*options); }; });
  verb = Add(*group, "list", "Lists the rules.", "vefactl retention list");
  verb->callback([&run] { run = [] { return RetentionList(); }; });
  verb = Add(*group, "preview", "Says whom a rule would erase now. Changes nothing.", "vefactl retention preview cold-leads");
  verb->add_option("code", options->code, "Of the rule")->required();
  verb->callback([&run, options] { run = [options] { return RetentionPreview(*options); }; });
  verb = Add(*group, "run", "Erases whom a rule is for, until nobody is left. Cannot be undone; look at `preview` first.",
             "vefactl retention run cold-leads");
  verb->add_option("code", options->code, "Of the rule")->required();
  verb->callback([&run, options] { run = [options] { return RetentionRun(*options); }; });
}

}  // namespace vefa::ctl
