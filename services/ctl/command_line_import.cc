// The verbs of imports.
#include "libs/base/id.h"
#include "services/ctl/command_line.h"
#include "services/ctl/imports.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

void AddFiles(CLI::App& group, Verb& run) {
  const std::pair<const char*, const char*> kinds[] = {
      {"consents", "contact_external_id,purpose,channel,state,source,occur_time[,text_version][,capture_source][,recipient_type]"},
      {"orders", "external_id,contact_external_id,occur_time,total,currency,item_count"}};
  for (const auto& [kind, columns] : kinds) {
    auto options = std::make_shared<ImportOptions>();
    options->kind = kind;
    CLI::App* verb = Add(group, kind, std::string("CSV (RFC 4180, UTF-8). Columns: ") + columns,
                         std::string("vefactl import ") + kind + " " + kind + ".csv --rejects rejects.csv\n" +
                             "Ends with 3 when rows were rejected; the good ones went in, and sending the\n" +
                             "file again changes nothing.");
    verb->add_option("file", options->file, "The CSV file")->required();
    verb->add_option("--rejects", options->rejects, "Where to write the rejected lines (default: FILE.rejects.csv)");
    verb->callback([&run, options] { run = [options] { return Import(*options); }; });
  }
}

void AddPeopleFile(CLI::App& group, Verb& run) {
  auto options = std::make_shared<ContactImportOptions>();
  CLI::App* verb = Add(group, "contacts", "People, from CSV, lines of JSON or vCards. What the columns are is told by their names, or by --map.",
                       "vefactl import contacts people.csv --preview\n"
                       "  vefactl import contacts people.csv --map 'Kart No=external_id' --map 'Not=-' --policy fill\n"
                       "  vefactl import contacts people.csv --resume imports/01890a5d-ac96-774b-bcce-b302099a8057\n"
                       "Ends with 3 when rows were rejected; the good ones went in.");
  verb->add_option("file", options->file, "The file")->required();
  verb->add_option("--format", options->format, "csv, jsonl or vcard (default: by the file's name)")->check(CLI::IsMember({"csv", "jsonl", "vcard"}));
  verb->add_option("--map", options->map, "COLUMN=FIELD, once for each: a field of a contact, attributes.KEY, consents.PURPOSE.CHANNEL, or - to leave it out")
      ->expected(1)
      ->take_all();
  verb->add_option("--match", options->match, "How people are found who are there already: external-id, email or phone")
      ->check(CLI::IsMember({"external-id", "email", "phone"}));
  verb->add_option("--policy", options->policy, "What becomes of them: skip, fill or overwrite")
      ->check(CLI::IsMember({"skip", "fill", "overwrite"}))
      ->capture_default_str();
  verb->add_option("--country", options->country, "Country of telephone numbers in national form, for example TR");
  verb->add_option("--title", options->title, "What to call the import (default: the file's name)");
  verb->add_option("--source", options->source, "Where these people come from, and where they said their consents");
  verb->add_option("--rejects", options->rejects, "Where to write the rejected lines (default: FILE.rejects.csv)");
  verb->add_flag("--preview", options->preview, "Shows the columns and what would become of the first hundred records; sends nothing more");
  verb->add_flag("--dry-run", options->dry_run, "Checks and counts everything and writes nobody");
  verb->add_option("--resume", options->resume, "Goes on with this import where it was: imports/UUID");
  verb->callback([&run, options] { run = [options] { return ImportContacts(*options); }; });
}

void AddOneImport(CLI::App& group, Verb& run) {
  const std::tuple<const char*, const char*, int (*)(const std::string&)> verbs[] = {
      {"show", "Shows how far an import is and what became of its records.", &ImportShow},
      {"pause", "Lets an import take no more for now.", &ImportPause},
      {"undo", "Takes an import back: erases whom it made, puts back what it changed, and lists what stays.", &ImportUndoAll}};
  for (const auto& [name, what, act] : verbs) {
    auto import = std::make_shared<std::string>();
    CLI::App* verb = Add(group, name, what, std::string("vefactl import ") + name + " imports/01890a5d-ac96-774b-bcce-b302099a8057");
    verb->add_option("import", *import, "imports/UUID")->required();
    verb->callback([&run, import, act = act] { run = [import, act] { return act(*import); }; });
  }
  CLI::App* verb = Add(group, "list", "Lists the newest imports.", "vefactl import list");
  verb->callback([&run] { run = [] { return ImportList(); }; });
}

}  // namespace

void AddImport(CLI::App& app, Verb& run) {
  CLI::App* group = AddGroup(app, "import", "Brings files in, and looks after imports.");
  AddPeopleFile(*group, run);
  AddFiles(*group, run);
  AddOneImport(*group, run);
}

}  // namespace vefa::ctl
