#include "services/ctl/databases.h"

namespace vefa::ctl {
namespace {

const postgres::Statement kName{"database_name", "SELECT current_database()::text"};

}  // namespace

Result<std::unique_ptr<postgres::Connection>> OpenDatabase(const std::string& conninfo) {
  return postgres::Connection::Open(conninfo, Deadline::After(kDatabaseTimeout));
}

Result<std::string> NameOfDatabase(postgres::Connection& connection) {
  VEFA_TRY(postgres::Rows rows, connection.Execute(kName, {}, Deadline::After(kDatabaseTimeout)));
  return rows.String(0, 0);
}

}  // namespace vefa::ctl
