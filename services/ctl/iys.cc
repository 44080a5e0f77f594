// `vefactl iys …`: how a tenant stands with Turkey's register of consents, and where the two differ.

#include <cstdio>

#include "libs/base/id.h"
#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

struct IysOptions {
  int64_t iys_code = 0, brand_code = 0;
  std::string username, password, master = "vefa", approval_purpose, state, contact;
  bool unknown_country = false, off = false;
};

std::string Constant(const std::string& prefix, std::string word) {
  for (char& c : word) c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return prefix + word;
}

void PrintEntry(const Json& entry) {
  std::printf("%s  %s  wanted %s  registered %s  %s  due %s%s%s\n", TextOf(entry, "contact").c_str(), TextOf(entry, "channel").c_str(),
              TextOf(entry, "wanted").c_str(), TextOf(entry, "registered").c_str(), TextOf(entry, "state").c_str(),
              TextOf(entry, "dueTime").c_str(), TextOf(entry, "errorCode").empty() ? "" : "  ", TextOf(entry, "errorCode").c_str());
}

int IysSet(const IysOptions& options) {
  const Json account{{"iysCode", options.iys_code},
                     {"brandCode", options.brand_code},
                     {"username", options.username},
                     {"password", options.password},
                     {"master", Constant("MASTER_", options.master)},
                     {"approvalPurpose", options.approval_purpose},
                     {"unknownCountry", options.unknown_country},
                     {"enabled", !options.off}};
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json stored, api.Patch("/v1/iysAccount", account));
    std::printf("%s\n", stored.dump().c_str());
    return Ok();
  });
}

int IysReport() {
  return WithApi([](Api& api) -> Status {
    VEFA_TRY(Json account, api.Get("/v1/iysAccount"));
    VEFA_TRY(Json report, api.Get("/v1/iysReport"));
    std::printf("%s to tell IYS, %s due within a day, %s overdue, %s refused\n", Grouped(IntegerOf(report, "waiting")).c_str(),
                Grouped(IntegerOf(report, "dueSoon")).c_str(), Grouped(IntegerOf(report, "overdue")).c_str(),
                Grouped(IntegerOf(report, "refused")).c_str());
    const std::string pulled = TextOf(report, "pullTime"), trouble = TextOf(account, "trouble");
    std::printf("changes at IYS fetched %s%s\n", pulled.empty() ? "never" : pulled.c_str(),
                MemberOf(report, "pullGap") == Json(true) ? "; some may have been missed, run `vefactl iys compare`" : "");
    if (!trouble.empty()) std::printf("the last attempt failed: %s\n", trouble.c_str());
    return Ok();
  });
}

int IysEntries(const IysOptions& options) {
  return WithApi([&](Api& api) -> Status {
    std::string token;
    do {
      std::string path = "/v1/iysEntries?pageSize=500&pageToken=" + token;
      if (!options.state.empty()) path += "&state=" + Constant("STATE_", options.state);
      if (!options.contact.empty()) path += "&contact=" + options.contact;
      VEFA_TRY(Json page, api.Get(path));
      for (const Json& entry : MemberOf(page, "entries")) PrintEntry(entry);
      token = TextOf(page, "nextPageToken");
    } while (!token.empty());
    return Ok();
  });
}

int IysCompare() {
  return WithApi([](Api& api) -> Status {
    Progress progress("iys");
    int64_t compared = 0, differ = 0;
    std::string token;
    do {
      VEFA_TRY(Json page, api.Post("/v1/iysEntries:compare", {{"pageSize", 100}, {"pageToken", token}}));
      for (const Json& entry : MemberOf(page, "differences")) {
        PrintEntry(entry);
        ++differ;
      }
      compared += IntegerOf(page, "compared");
      token = TextOf(page, "nextPageToken");
      progress.Show(Grouped(compared) + " compared");
    } while (!token.empty());
    progress.Done(Grouped(compared) + " compared, " + Grouped(differ) + " differ");
    return Ok();
  });
}

int IysRetry(const IysOptions& options) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json done, api.Post("/v1/iysEntries:retry", {{"contact", options.contact}}));
    std::printf("%s tried again\n", Grouped(IntegerOf(done, "entries")).c_str());
    return Ok();
  });
}

}  // namespace

void AddIys(CLI::App& app, Verb& run) {
  CLI::App* group = AddGroup(app, "iys", "IYS, Turkey's register of consents to commercial messages.");
  auto options = std::make_shared<IysOptions>();
  CLI::App* verb = Add(*group, "set", "Says by what IYS knows you; without a password the stored one stays.",
                       "vefactl iys set 600123 600124 --username vefa");
  verb->add_option("iys-code", options->iys_code, "Your number at IYS")->required();
  verb->add_option("brand-code", options->brand_code, "The brand's")->required();
  verb->add_option("--username", options->username, "Of its interface")->required();
  verb->add_option("--password", options->password, "Its password; better in the environment than seen by everybody")->envname("VEFA_IYS_PASSWORD");
  verb->add_option("--master", options->master, "Whose word makes an approval: vefa or iys")->check(CLI::IsMember({"vefa", "iys"}));
  verb->add_option("--approval-purpose", options->approval_purpose, "For which purpose an approval given at IYS counts");
  verb->add_flag("--unknown-country", options->unknown_country, "Whose country nobody knows counts as being in Turkey");
  verb->add_flag("--off", options->off, "Passes nothing on and fetches nothing");
  verb->callback([&run, options] { run = [options] { return IysSet(*options); }; });
  verb = Add(*group, "status", "Says what waits, what is late and what was refused.", "vefactl iys status");
  verb->callback([&run] { run = [] { return IysReport(); }; });
  verb = Add(*group, "list", "Lists what IYS is to know of whom, the most urgent first.", "vefactl iys list --state refused");
  verb->add_option("--state", options->state, "waiting, sent, registered, refused or unneeded");
  verb->add_option("--contact", options->contact, "Only of contacts/{uuid}");
  verb->callback([&run, options] { run = [options] { return IysEntries(*options); }; });
  verb = Add(*group, "compare", "Asks IYS about everybody and prints where the two differ; a refusal that is found there holds at once.",
             "vefactl iys compare");
  verb->callback([&run] { run = [] { return IysCompare(); }; });
  verb = Add(*group, "retry", "Tries again what IYS refused.", "vefactl iys retry --contact contacts/0197…");
  verb->add_option("--contact", options->contact, "Only of contacts/{uuid}");
  verb->callback([&run, options] { run = [options] { return IysRetry(*options); }; });
}

}  // namespace vefa::ctl
