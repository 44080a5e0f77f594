#include "services/gateway/catalog/schema_store.h"

namespace vefa::gateway {
namespace {

using postgres::Bound;
using postgres::Scope;
using postgres::Statement;

const Statement kKeep{"event_schema_keep",
                      "INSERT INTO event_schema (message, hash, descriptor_set) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"};
const Statement kFindSchema{"event_schema_find", "SELECT descriptor_set FROM event_schema WHERE message = $1 AND hash = $2"};

}  // namespace

Status KeepSchema(postgres::Database& database, const EventSchema& schema, Deadline deadline) {
  VEFA_TRY_OK(database.Run(Scope::EveryTenant(), kKeep,
                           Bound(schema.message, schema.hash, postgres::Bytes{schema.descriptor_set}), deadline));
  return Ok();
}

Result<std::optional<EventSchema>> FindSchema(postgres::Database& database, const std::string& message,
                                              const std::string& hash, Deadline deadline) {
  VEFA_TRY(postgres::Rows rows, database.Run(Scope::EveryTenant(), kFindSchema, Bound(message, hash), deadline));
  if (rows.empty()) return std::optional<EventSchema>();
  return std::optional<EventSchema>(EventSchema{message, hash, rows.String(0, 0)});
}

}  // namespace vefa::gateway
