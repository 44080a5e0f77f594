// `vefactl users add …`. The gateway owns the table and its rules; this only brings them a user.

#include <iostream>

#include "libs/postgres/database.h"
#include "services/ctl/databases.h"
#include "services/ctl/json.h"
#include "services/ctl/terminal.h"
#include "services/ctl/verbs.h"
#include "services/gateway/user_store.h"

namespace vefa::ctl {
namespace {

constexpr size_t kPasswordFileMax = 4096;

Result<bool> Put(const UsersAddOptions& options) {
  VEFA_TRY(std::string password, ReadFile(options.password_file, kPasswordFileMax));
  // An editor ends the line; the password does not hold that.
  password.erase(std::min(password.find_first_of("\r\n"), password.size()));
  postgres::Database owner(options.postgres, 1);
  SystemClock clock;
  return gateway::PutUser(owner, {options.tenant, options.email, options.name, options.role, password}, clock,
                          Deadline::After(kDatabaseTimeout));
}

}  // namespace

int UsersAdd(const UsersAddOptions& options) {
  auto changed = Put(options);
  if (!changed.ok()) return Fail(changed.error());
  std::cout << "user " << options.email << (*changed ? " was set\n" : " was there already\n");
  return kOk;
}

}  // namespace vefa::ctl
