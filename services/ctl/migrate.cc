// `vefactl migrate SERVICE --postgres CONNINFO`.

#include <iostream>

#include "libs/postgres/migrate.h"
#include "services/ctl/databases.h"
#include "services/ctl/migrations.h"
#include "services/ctl/terminal.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

Result<std::vector<std::string>> MigrateDatabase(const MigrateOptions& options) {
  VEFA_TRY(auto connection, OpenDatabase(options.postgres));
  VEFA_TRY(std::string database, NameOfDatabase(*connection));
  return postgres::Migrate(*connection, MigrationsOf(options.service), database + "_service", database + "_pump");
}

}  // namespace

int Migrate(const MigrateOptions& options) {
  auto applied = MigrateDatabase(options);
  if (!applied.ok()) return Fail(applied.error());
  for (const std::string& name : *applied) std::cout << options.service << ": applied " << name << "\n";
  if (applied->empty()) std::cout << options.service << ": nothing to do\n";
  return kOk;
}

}  // namespace vefa::ctl
