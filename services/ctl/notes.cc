// `vefactl notes …`: what people of ours wrote down about a person, an organisation or a relationship.

#include <algorithm>
#include <cstdio>

#include "libs/base/id.h"
#include "libs/http/url.h"
#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

struct NoteOptions {
  std::string name;  // Of what a note is about, or of a note.
  std::string text;
  bool pinned = false;
};

// Every line of the text stands under the line that says whose it is.
void PrintNote(const Json& note) {
  std::printf("%s  %s  %s%s\n", TextOf(note, "name").c_str(), TextOf(note, "createTime").c_str(), TextOf(note, "author").c_str(),
              MemberOf(note, "pinned") == Json(true) ? "  pinned" : "");
  const std::string text = TextOf(note, "text");
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::printf("  %s\n", text.substr(at, end - at).c_str());
    at = end + 1;
  }
}

int NoteList(const NoteOptions& options) {
  const std::string query = "/v1/notes?pageSize=500&about=" + http::PercentEncode(options.name) + (options.pinned ? "&pinnedOnly=true" : "");
  return WithApi([&](Api& api) -> Status {
    std::string token;
    do {
      VEFA_TRY(Json page, api.Get(query + (token.empty() ? "" : "&pageToken=" + http::PercentEncode(token))));
      for (const Json& note : MemberOf(page, "notes")) PrintNote(note);
      token = TextOf(page, "nextPageToken");
    } while (!token.empty());
    return Ok();
  });
}

int NoteAdd(const NoteOptions& options) {
  return WithApi([&](Api& api) -> Status {
    // The same id for every try of this call.
    const std::string id = NewUuidV7(SystemClock()).ToString();
    VEFA_TRY(Json note, api.Post("/v1/notes?requestId=" + id,
                                 Json{{"about", options.name}, {"text", options.text}, {"pinned", options.pinned}}));
    PrintNote(note);
    return Ok();
  });
}

int NoteRemove(const NoteOptions& options) {
  auto id = ParseResourceName("notes", options.name);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY_OK(api.Delete("/v1/" + ResourceName("notes", *id)));
    std::printf("%s is removed, and its text is gone\n", options.name.c_str());
    return Ok();
  });
}

}  // namespace

void AddNotes(CLI::App& app, Verb& run) {
  auto options = std::make_shared<NoteOptions>();
  CLI::App* group = AddGroup(app, "notes", "What is written down about people, organisations and relationships.");
  const char* about = "contacts/UUID, organizations/UUID or relationships/UUID";
  CLI::App* verb = Add(*group, "list", "Lists what is written about one of them, the newest first.",
                       "vefactl notes list contacts/01890a5d-ac96-774b-bcce-b302099a8057 --pinned");
  verb->add_option("about", options->name, about)->required();
  verb->add_flag("--pinned", options->pinned, "Only pinned ones");
  verb->callback([&run, options] { run = [options] { return NoteList(*options); }; });

  verb = Add(*group, "add", "Writes something down.",
             "vefactl notes add contacts/01890a5d-ac96-774b-bcce-b302099a8057 'Call after six, never on Fridays.'");
  verb->add_option("about", options->name, about)->required();
  verb->add_option("text", options->text, "1 to 10,000 characters, in lines as they are to be read")->required();
  verb->add_flag("--pinned", options->pinned, "To stand before the others");
  verb->callback([&run, options] { run = [options] { return NoteAdd(*options); }; });

  verb = Add(*group, "remove", "Removes a note, and its text for good; again changes nothing.",
             "vefactl notes remove notes/01890a5d-b3c1-7d02-9f41-6c2f8e0a1b55");
  verb->add_option("note", options->name, "notes/UUID")->required();
  verb->callback([&run, options] { run = [options] { return NoteRemove(*options); }; });
}

}  // namespace vefa::ctl
