// `vefactl contacts erase contacts/ID --reason REASON`: what is personal of one contact, gone for good.

#include <cstdio>

#include "libs/base/id.h"
#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

struct EraseOptions {
  std::string contact;
  std::string reason;
};

int ContactErase(const EraseOptions& options) {
  auto id = ParseResourceName("contacts", options.contact);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) -> Status {
    const std::string name = ResourceName("contacts", *id);
    VEFA_TRY(Json erased, api.Post("/v1/" + name + ":erase", Json{{"reason", options.reason}}));
    std::printf("%s is erased since version %lld; keys destroyed: %lld. Readers may hold keys for a minute.\n", name.c_str(),
                static_cast<long long>(IntegerOf(erased, "version")),
                static_cast<long long>(IntegerOf(erased, "keysDestroyed")));
    return Ok();
  });
}

}  // namespace

void AddContacts(CLI::App& app, Verb& run) {
  auto options = std::make_shared<EraseOptions>();
  CLI::App* group = AddGroup(app, "contacts", "People.");
  CLI::App* verb = Add(*group, "erase",
                       "Erases a person: destroys the keys of their personal data, empties their record. Cannot be undone;\n"
                       "again changes nothing.",
                       "vefactl contacts erase contacts/01890a5d-ac96-774b-bcce-b302099a8057 --reason DATA_SUBJECT_REQUEST");
  verb->add_option("contact", options->contact, "contacts/UUID")->required();
  verb->add_option("--reason", options->reason, "Why, for the record: upper-case words joined by underscores")->required();
  verb->callback([&run, options] { run = [options] { return ContactErase(*options); }; });
}

}  // namespace vefa::ctl
