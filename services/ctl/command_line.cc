#include "services/ctl/command_line.h"

#include "services/ctl/verbs.h"

namespace vefa::ctl {

CLI::App* Add(CLI::App& parent, const char* name, const std::string& what, const std::string& example) {
  CLI::App* verb = parent.add_subcommand(name, what);
  verb->footer("Example:\n  " + example + "\n");
  return verb;
}

CLI::App* AddGroup(CLI::App& app, const char* name, const std::string& what) {
  CLI::App* group = app.add_subcommand(name, what);
  group->require_subcommand(1);
  return group;
}

namespace {

// Where a connection as owner is looked for that the command line does not name: others can read a process's command line.
constexpr char kOwner[] = "VEFA_POSTGRES_OWNER";

void AddSetUp(CLI::App& app, Verb& run) {
  auto migrate = std::make_shared<MigrateOptions>();
  CLI::App* verb = Add(app, "migrate", "Brings a service's database to the newest schema.",
                       "vefactl migrate contact --postgres postgresql://vefa_contact_owner@127.0.0.1:18150/vefa_contact");
  verb->add_option("service", migrate->service, "Whose database")
      ->required()
      ->check(CLI::IsMember({"contact", "interaction", "campaign", "notification", "gateway"}));
  verb->add_option("--postgres", migrate->postgres, "Connection URI as the database's owner")
      ->envname(kOwner)
      ->required();
  verb->callback([&run, migrate] { run = [migrate] { return Migrate(*migrate); }; });

  auto topics = std::make_shared<TopicsApplyOptions>();
  CLI::App* group = AddGroup(app, "topics", "Kafka topics.");
  verb = Add(*group, "apply", "Creates the topics that are missing and checks the partitions of the others.",
             "vefactl topics apply --kafka 127.0.0.1:18152");
  verb->add_option("--kafka", topics->kafka, "Brokers, host:port[,host:port]")->required();
  verb->add_option("--replication", topics->replication, "Copies of each partition, for topics that are created now")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  verb->callback([&run, topics] { run = [topics] { return TopicsApply(*topics); }; });
  verb = Add(*group, "diff", "Shows what `apply` would change; ends with 1 when something.",
             "vefactl topics diff --kafka 127.0.0.1:18152");
  verb->add_option("--kafka", topics->kafka, "Brokers, host:port[,host:port]")->required();
  verb->callback([&run, topics] { run = [topics] { return TopicsDiff(*topics); }; });
}

void AddPeople(CLI::App& app, Verb& run) {
  auto tenant = std::make_shared<TenantsAddOptions>();
  CLI::App* group = AddGroup(app, "tenants", "Tenants: the companies on one installation.");
  CLI::App* verb = Add(*group, "add", "Makes a tenant known to all five services.",
                       "vefactl tenants add demo --id 01890a5d-ac96-774b-bcce-b302099a8057 \\\n"
                       "    --postgres 'postgresql://vefa_{service}_owner@127.0.0.1:18150/vefa_{service}'");
  verb->add_option("slug", tenant->slug, "Lower-case letters, digits and hyphens")->required();
  verb->add_option("--id", tenant->id, "The tenant's UUID, the same for ever")->required();
  verb->add_option("--postgres", tenant->postgres, "Connection URI of an owner with {service} in it")
      ->envname(kOwner)
      ->required();
  verb->callback([&run, tenant] { run = [tenant] { return TenantsAdd(*tenant); }; });

  auto user = std::make_shared<UsersAddOptions>();
  group = AddGroup(app, "users", "People who sign in.");
  verb = Add(*group, "add", "Adds a user; for one that is there, sets name, role and password.",
             "vefactl users add --tenant demo --email ada@demo.example --name 'Ada' --role viewer \\\n"
             "    --password-file ada.password --postgres postgresql://vefa_gateway_owner@127.0.0.1:18150/vefa_gateway");
  verb->add_option("--tenant", user->tenant, "The tenant's slug")->required();
  verb->add_option("--email", user->email, "Address to sign in with")->required();
  verb->add_option("--name", user->name, "Name to show")->required();
  verb->add_option("--role", user->role, "operator (everything, also across tenants), admin (everything of the tenant) or viewer (reading)")
      ->required()
      ->check(CLI::IsMember({"operator", "admin", "viewer"}));
  verb->add_option("--password-file", user->password_file, "File whose first line is the password")->required();
  verb->add_option("--postgres", user->postgres, "Connection URI as the owner of the gateway's database")
      ->envname(kOwner)
      ->required();
  verb->callback([&run, user] { run = [user] { return UsersAdd(*user); }; });
}

void AddLooking(CLI::App& app, Verb& run) {
  auto tail = std::make_shared<EventsTailOptions>();
  CLI::App* group = AddGroup(app, "events", "What is happening.");
  CLI::App* verb = Add(*group, "tail", "Prints events as they happen, one JSON object a line.",
                       "vefactl events tail --type consent.withdrawn");
  verb->add_option("--type", tail->type, "Only this type");
  verb->add_option("--count", tail->count, "End after so many events")->check(CLI::Range(1, 1'000'000));
  verb->callback([&run, tail] { run = [tail] { return EventsTail(*tail); }; });
  auto id = std::make_shared<std::string>();
  auto open = std::make_shared<bool>(false);
  verb = Add(*group, "get", "Prints one event.", "vefactl events get 01890a5d-ac96-774b-bcce-b302099a8057 --open");
  verb->add_option("id", *id, "Its id")->required();
  verb->add_flag("--open", *open, "Also what is in its boxes of personal data; needs the permission pii.read");
  verb->callback([&run, id, open] { run = [id, open] { return EventsGet(*id, *open); }; });
  verb = Add(*group, "verify", "Reads the ledgers and the feed from their beginnings and compares them.",
             "vefactl events verify");
  verb->callback([&run] { run = [] { return EventsVerify(); }; });

  auto status = std::make_shared<StatusOptions>();
  verb = Add(app, "status", "Shows each service and its event log.", "vefactl status --json");
  verb->add_flag("--json", status->json, "As one JSON object");
  verb->callback([&run, status] { run = [status] { return ShowStatus(*status); }; });

  auto demo = std::make_shared<DemoOptions>();
  group = AddGroup(app, "demo", "A story on real data.");
  verb = Add(*group, "win-back", "Imports the CDNOW sample, scores, segments and sends; once, however often it is run.",
             "vefactl demo win-back --data CDNOW_sample.txt --summary summary.json");
  verb->add_option("--data", demo->data, "CDNOW_sample.txt of the PyPI package lifetimes 0.11.3")->required();
  verb->add_option("--summary", demo->summary, "Where to write the summary")->required();
  verb->callback([&run, demo] { run = [demo] { return DemoWinBack(*demo); }; });
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app("vefactl: sets up a Vefa installation, fills it and looks into it.", "vefactl");
  app.footer("All but migrate, tenants, users, topics and consent verify speak to the gateway: VEFA_URL is its address and\n"
             "VEFA_CREDENTIALS a JSON file {\"tenant\", \"email\", \"password\"}; the file may hold \"url\" too.\n"
             "Exit codes: 0 done, 1 failed, 2 the command line is wrong, 3 some rows were rejected.\n");
  app.require_subcommand(1);
  Verb run;
  AddSetUp(app, run);
  AddPeople(app, run);
  AddImport(app, run);
  AddContacts(app, run);
  AddIdentities(app, run);
  AddNotes(app, run);
  AddRatings(app, run);
  AddConsent(app, run);
  AddRights(app, run);
  AddRetention(app, run);
  AddIys(app, run);
  AddLooking(app, run);
  AddHistory(app, run);
  AddOperations(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 speaks by exceptions; --help is one of them and is no failure.
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return run();
}

}  // namespace vefa::ctl
