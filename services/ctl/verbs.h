#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vefa::ctl {

// What a verb tells the shell.
enum Exit : int { kOk = 0, kFailure = 1, kUsage = 2, kSomeRejected = 3 };

// `vefactl migrate SERVICE --postgres CONNINFO`, opened as the owner of the service's database.
struct MigrateOptions {
  std::string service;
  std::string postgres;
};
int Migrate(const MigrateOptions& options);

// `vefactl tenants add SLUG --id UUID --postgres TEMPLATE`; `{service}` in TEMPLATE is replaced.
struct TenantsAddOptions {
  std::string slug;
  std::string id;
  std::string postgres;
};
int TenantsAdd(const TenantsAddOptions& options);

// `vefactl users add …`, opened as the owner of the gateway's database.
struct UsersAddOptions {
  std::string tenant;
  std::string email;
  std::string name;
  std::string role;
  std::string password_file;
  std::string postgres;
};
int UsersAdd(const UsersAddOptions& options);

// `vefactl topics apply --kafka BROKERS [--replication N]`.
struct TopicsApplyOptions {
  std::string kafka;
  int replication = 1;  // Of topics that are created.
};
int TopicsApply(const TopicsApplyOptions& options);

// `vefactl import contacts FILE …`: looks at a file of people, begins an import of it, or goes on with one.
struct ContactImportOptions {
  std::string file;
  std::string format;  // csv, jsonl or vcard; empty: by the file's name.
  std::vector<std::string> map;  // COLUMN=FIELD each.
  std::string match;   // external-id, email or phone; empty: as the preview finds it.
  std::string policy = "overwrite";
  std::string country;
  std::string title;   // Empty: the file's name.
  std::string source;
  std::string resume;  // imports/UUID of one to go on with.
  std::string rejects;  // Empty: FILE with `.rejects.csv` at the end.
  bool preview = false;
  bool dry_run = false;
};
int ImportContacts(const ContactImportOptions& options);

// `vefactl import KIND FILE.csv [--rejects FILE]`; KIND is consents or orders.
struct ImportOptions {
  std::string kind;
  std::string file;
  std::string rejects;  // Empty: FILE.csv with `.rejects.csv` at the end.
};
int Import(const ImportOptions& options);

// `vefactl demo win-back --data FILE --summary FILE`.
struct DemoOptions {
  std::string data;
  std::string summary;
};
int DemoWinBack(const DemoOptions& options);

// `vefactl events tail [--type TYPE] [--count N]`.
struct EventsTailOptions {
  std::string type;  // Empty: every type.
  int count = 0;     // 0: until interrupted.
};
int EventsTail(const EventsTailOptions& options);

// `vefactl status [--json]`.
struct StatusOptions {
  bool json = false;
};
int ShowStatus(const StatusOptions& options);

// `vefactl outbox stats|kick [--service S]`; empty means every service with a ledger.
int OutboxStats(const std::string& service);
int OutboxKick(const std::string& service);

// `vefactl relay replay SERVICE [--from TIME] [--to TIME] [--subject NAME]`.
struct RelayReplayOptions {
  std::string service;
  std::string from;  // RFC 3339; empty: the beginning.
  std::string to;    // RFC 3339; empty: now.
  std::string subject;
};
int RelayReplay(const RelayReplayOptions& options);
int RenewIncarnation(const std::string& service);

// `vefactl consumer list|pause|resume|seek`.
int ConsumerList(const std::string& service);
int ConsumerPause(const std::string& consumer);
int ConsumerResume(const std::string& consumer);
struct ConsumerSeekOptions {
  std::string consumer;
  std::string to;  // `earliest`, `latest` or an offset of one partition.
  std::string topic;
  int partition = 0;
};
int ConsumerSeek(const ConsumerSeekOptions& options);

// `vefactl parked list|show|replay|skip`.
struct ParkedOptions {
  std::string consumer;
  std::string subject;
  std::string tenant;
  int64_t version = 0;
};
int ParkedList(const std::string& service);
int ParkedShow(const ParkedOptions& options);
int ParkedReplay(const ParkedOptions& options);
int ParkedSkip(const ParkedOptions& options);

// `vefactl projection rebuild|verify CONSUMER [--from ledger|kafka]`; ends with 1 when rows differ.
struct ProjectionOptions {
  std::string consumer;
  std::string from = "ledger";
  bool verify = false;
};
int ProjectionRunVerb(const ProjectionOptions& options);
int ProjectionList(const std::string& service);

// `vefactl topics diff --kafka BROKERS`: what `topics apply` would change; ends with 1 when something.
int TopicsDiff(const TopicsApplyOptions& options);

// `vefactl events get ID [--open]`.
int EventsGet(const std::string& id, bool open);
// `vefactl events verify`: reads the feed from its beginning and the ledgers, and compares.
int EventsVerify();

// `vefactl doctor`: looks at everything that can be wrong and says what to do.
int Doctor();

// Reads the command line, runs the verb, returns its exit code.
int RunCommandLine(int argc, char** argv);

}  // namespace vefa::ctl
