// `vefactl identities …`: by which other systems know people, and who stands behind one.

#include <algorithm>
#include <cstdio>

#include "libs/base/id.h"
#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

struct IdentityOptions {
  std::string name;  // Of a contact, or of an identity.
  std::string source, value, language;
};

// `OUTCOME_VISITOR_CREATED` as people read it.
std::string OutcomeWord(const Json& identified) {
  std::string word = TextOf(identified, "outcome");
  if (word.starts_with("OUTCOME_")) word.erase(0, 8);
  for (char& c : word) c = c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return word.empty() ? "unspecified" : word;
}

void PrintIdentified(const Json& identified) {
  std::printf("%s  %s%s\n", TextOf(identified, "contact").c_str(), OutcomeWord(identified).c_str(),
              MemberOf(identified, "anonymous") == Json(true) ? "  nobody knows who it is" : "");
  const std::string merge = TextOf(identified, "merge");
  if (!merge.empty()) std::printf("  by %s, which can be undone\n", merge.c_str());
}

Result<Json> Identify(Api& api, const IdentityOptions& options, const std::string& external_id) {
  Json request{{"identity", {{"source", options.source}, {"value", options.value}}}};
  if (!options.language.empty()) request["language"] = options.language;
  if (!external_id.empty()) request["contact"] = {{"externalId", external_id}};
  return api.Post("/v1/contacts:identify", request);
}

int IdentityList(const IdentityOptions& options) {
  auto id = ParseResourceName("contacts", options.name);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json answer, api.Get("/v1/" + ResourceName("contacts", *id) + "/identities"));
    for (const Json& identity : MemberOf(answer, "identities"))
      std::printf("%s  %s  %s  since %s\n", TextOf(identity, "name").c_str(), TextOf(identity, "source").c_str(),
                  TextOf(identity, "value").c_str(), TextOf(identity, "createTime").c_str());
    return Ok();
  });
}

int IdentityIdentify(const IdentityOptions& options) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json identified, Identify(api, options, ""));
    PrintIdentified(identified);
    return Ok();
  });
}

// The service is told who somebody is by what the tenant calls them.
int IdentityLink(const IdentityOptions& options) {
  auto id = ParseResourceName("contacts", options.name);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(Json contact, api.Get("/v1/" + ResourceName("contacts", *id)));
    const std::string external_id = TextOf(contact, "externalId");
    if (external_id.empty())
      return Error{Code::kFailedPrecondition, "EXTERNAL_ID_MISSING", "The contact has no external id; a visitor cannot be linked to it."};
    VEFA_TRY(Json identified, Identify(api, options, external_id));
    PrintIdentified(identified);
    return Ok();
  });
}

int IdentityUnlink(const IdentityOptions& options) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY_OK(api.Delete("/v1/" + options.name));
    std::printf("%s is no identity of its contact any more\n", options.name.c_str());
    return Ok();
  });
}

// `contacts/UUID/identities/UUID`, and nothing that would lead elsewhere.
std::string CheckIdentityName(const std::string& name) {
  const size_t slash = std::min(name.find("/identities/"), name.size());
  const bool fits = slash < name.size() && ParseResourceName("contacts", name.substr(0, slash)).ok() &&
                    ParseResourceName("identities", name.substr(slash + 1)).ok();
  return fits ? "" : "Give contacts/UUID/identities/UUID, as `identities list` prints it.";
}

void AddSourceAndValue(CLI::App& verb, IdentityOptions& options) {
  verb.add_option("source", options.source, "Whose word it is, for example web or loyalty-card")->required();
  verb.add_option("value", options.value, "What the person is called there")->required();
}

}  // namespace

void AddIdentities(CLI::App& app, Verb& run) {
  auto options = std::make_shared<IdentityOptions>();
  CLI::App* group = AddGroup(app, "identities", "By which other systems know people.");
  CLI::App* verb = Add(*group, "list", "Lists those of a contact, and of whoever was merged into it.",
                       "vefactl identities list contacts/01890a5d-ac96-774b-bcce-b302099a8057");
  verb->add_option("contact", options->name, "contacts/UUID")->required();
  verb->callback([&run, options] { run = [options] { return IdentityList(*options); }; });

  verb = Add(*group, "identify", "Says who stands behind one; for one that nobody has, makes a visitor.",
             "vefactl identities identify web 3f9c2a71");
  AddSourceAndValue(*verb, *options);
  verb->add_option("--language", options->language, "Of a visitor who is made")->check(CLI::IsMember({"tr", "en"}));
  verb->callback([&run, options] { run = [options] { return IdentityIdentify(*options); }; });

  verb = Add(*group, "link", "Gives one to a contact; a visitor who has it becomes that person.",
             "vefactl identities link contacts/01890a5d-ac96-774b-bcce-b302099a8057 web 3f9c2a71");
  verb->add_option("contact", options->name, "contacts/UUID")->required();
  AddSourceAndValue(*verb, *options);
  verb->callback([&run, options] { run = [options] { return IdentityLink(*options); }; });

  verb = Add(*group, "unlink", "Takes one from its contact; again changes nothing.",
             "vefactl identities unlink \\\n"
             "    contacts/01890a5d-ac96-774b-bcce-b302099a8057/identities/01890a5d-b3c1-7d02-9f41-6c2f8e0a1b55");
  verb->add_option("identity", options->name, "contacts/UUID/identities/UUID")->required()->check(CheckIdentityName);
  verb->callback([&run, options] { run = [options] { return IdentityUnlink(*options); }; });
}

}  // namespace vefa::ctl
