#pragma once

#include <optional>
#include <string>

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

// `vefactl topics apply --kafka BROKERS`.
struct TopicsApplyOptions {
  std::string kafka;
};
int TopicsApply(const TopicsApplyOptions& options);

// `vefactl import KIND FILE.csv [--rejects FILE]`; KIND is contacts, consents or orders.
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

// Reads the command line, runs the verb, returns its exit code.
int RunCommandLine(int argc, char** argv);

}  // namespace vefa::ctl
