// The operator's verbs: outbox, relay, consumer, parked, projection, doctor.

#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"

namespace vefa::ctl {
namespace {

void AddRelay(CLI::App& app, Verb& run) {
  auto service = std::make_shared<std::string>();
  CLI::App* group = AddGroup(app, "outbox", "Events that wait for Kafka.");
  CLI::App* verb = Add(*group, "stats", "Shows how many wait, how long, and who relays them.", "vefactl outbox stats");
  verb->add_option("service", *service, "One service; all unless said")->check(CLI::IsMember(kLedgerServices));
  verb->callback([&run, service] { run = [service] { return OutboxStats(*service); }; });
  verb = Add(*group, "kick", "Makes the relays look now.", "vefactl outbox kick contact");
  verb->add_option("service", *service, "One service; all unless said")->check(CLI::IsMember(kLedgerServices));
  verb->callback([&run, service] { run = [service] { return OutboxKick(*service); }; });

  auto replay = std::make_shared<RelayReplayOptions>();
  group = AddGroup(app, "relay", "Publishing again, and a ledger's lives.");
  verb = Add(*group, "replay", "Publishes recorded events again, after Kafka lost them. Readers of ours drop what they know.",
             "vefactl relay replay contact --from 2026-11-25T00:00:00Z");
  verb->add_option("service", replay->service, "Whose ledger")->required()->check(CLI::IsMember(kLedgerServices));
  verb->add_option("--from", replay->from, "Recorded from here, RFC 3339; the beginning unless said");
  verb->add_option("--to", replay->to, "Recorded before here, RFC 3339; now unless said");
  verb->add_option("--subject", replay->subject, "One subject only, as contacts/UUID");
  verb->callback([&run, replay] { run = [replay] { return RelayReplay(*replay); }; });
  verb = Add(*group, "renew-incarnation",
             "Begins a new life of a ledger, after its database was put back to an earlier point by copying files.",
             "vefactl relay renew-incarnation contact");
  verb->add_option("service", *service, "Whose ledger")->required()->check(CLI::IsMember(kLedgerServices));
  verb->callback([&run, service] { run = [service] { return RenewIncarnation(*service); }; });
}

void AddConsumer(CLI::App& app, Verb& run) {
  auto service = std::make_shared<std::string>();
  CLI::App* group = AddGroup(app, "consumer", "Who applies events, and how far.");
  CLI::App* verb = Add(*group, "list", "Shows consumers with lag and trouble.", "vefactl consumer list");
  verb->add_option("service", *service, "One service; all unless said")->check(CLI::IsMember(kConsumerServices));
  verb->callback([&run, service] { run = [service] { return ConsumerList(*service); }; });
  auto name = std::make_shared<std::string>();
  verb = Add(*group, "pause", "Stops a consumer after the batch it is at.", "vefactl consumer pause interaction.timeline.v1");
  verb->add_option("consumer", *name, "Its name")->required();
  verb->callback([&run, name] { run = [name] { return ConsumerPause(*name); }; });
  verb = Add(*group, "resume", "Lets a consumer go on, also one that stopped itself.",
             "vefactl consumer resume interaction.timeline.v1");
  verb->add_option("consumer", *name, "Its name")->required();
  verb->callback([&run, name] { run = [name] { return ConsumerResume(*name); }; });
  auto seek = std::make_shared<ConsumerSeekOptions>();
  verb = Add(*group, "seek", "Moves a consumer. Backwards repeats are dropped; forwards, holes are healed from the ledgers.",
             "vefactl consumer seek interaction.timeline.v1 --to earliest");
  verb->add_option("consumer", seek->consumer, "Its name")->required();
  verb->add_option("--to", seek->to, "earliest, latest or an offset")->required();
  verb->add_option("--topic", seek->topic, "With an offset: the topic");
  verb->add_option("--partition", seek->partition, "With an offset: the partition")->check(CLI::Range(0, 10'000));
  verb->callback([&run, seek] { run = [seek] { return ConsumerSeek(*seek); }; });
}

void AddParked(CLI::App& app, Verb& run) {
  auto service = std::make_shared<std::string>();
  CLI::App* group = AddGroup(app, "parked", "Subjects that stand still because an event could not be applied.");
  CLI::App* verb = Add(*group, "list", "Shows them, and records that are no events.", "vefactl parked list");
  verb->add_option("service", *service, "One service; all unless said")->check(CLI::IsMember(kConsumerServices));
  verb->callback([&run, service] { run = [service] { return ParkedList(*service); }; });
  auto options = std::make_shared<ParkedOptions>();
  auto of_consumer = [&](const char* name, const std::string& what, const std::string& example, bool subject) {
    CLI::App* made = Add(*group, name, what, example);
    made->add_option("consumer", options->consumer, "Whose")->required();
    CLI::Option* which = made->add_option("subject", options->subject, "The subject, as contacts/UUID");
    if (subject) which->required();
    return made;
  };
  verb = of_consumer("show", "Shows a parked subject with its events.", "vefactl parked show interaction.timeline.v1 contacts/UUID", true);
  verb->callback([&run, options] { run = [options] { return ParkedShow(*options); }; });
  verb = of_consumer("replay", "Tries again now: one subject, or all of a consumer's.", "vefactl parked replay interaction.timeline.v1", false);
  verb->callback([&run, options] { run = [options] { return ParkedReplay(*options); }; });
  verb = of_consumer("skip", "Gives up the first parked event of a subject and goes on with the next.",
                     "vefactl parked skip interaction.timeline.v1 contacts/UUID --tenant UUID --version 7", true);
  verb->add_option("--tenant", options->tenant, "The tenant's UUID, as `parked list` shows it")->required();
  verb->add_option("--version", options->version, "The version given up")->required()->check(CLI::Range(1, 2'000'000'000));
  verb->callback([&run, options] { run = [options] { return ParkedSkip(*options); }; });
}

void AddProjection(CLI::App& app, Verb& run) {
  CLI::App* group = AddGroup(app, "projection", "Tables that are folds of events.");
  for (bool verify : {false, true}) {
    auto options = std::make_shared<ProjectionOptions>();
    options->verify = verify;
    CLI::App* verb = verify ? Add(*group, "verify", "Compares a running projection with a fold of the ledgers, row by row; ends with 1 when rows differ.",
                                  "vefactl projection verify interaction.timeline.v1")
                            : Add(*group, "rebuild", "Builds a projection anew beside the live one and swaps it in.",
                                  "vefactl projection rebuild interaction.timeline.v1 --from kafka");
    verb->add_option("consumer", options->consumer, "The projection's consumer")->required();
    if (!verify)
      verb->add_option("--from", options->from, "ledger (all that was recorded) or kafka (from offset zero)")
          ->check(CLI::IsMember({"ledger", "kafka"}));
    verb->callback([&run, options] { run = [options] { return ProjectionRunVerb(*options); }; });
  }
  auto service = std::make_shared<std::string>();
  CLI::App* verb = Add(*group, "list", "Shows the last runs.", "vefactl projection list");
  verb->add_option("service", *service, "One service; all unless said")->check(CLI::IsMember(kLedgerServices));
  verb->callback([&run, service] { run = [service] { return ProjectionList(*service); }; });
}

}  // namespace

void AddOperations(CLI::App& app, Verb& run) {
  AddRelay(app, run);
  AddConsumer(app, run);
  AddParked(app, run);
  AddProjection(app, run);
  CLI::App* verb = Add(app, "doctor", "Looks at everything that can be wrong and says what to do.", "vefactl doctor");
  verb->callback([&run] { run = [] { return Doctor(); }; });
}

}  // namespace vefa::ctl
