#include "services/contact/rating/rating_definitions.h"

#include "libs/rpc/time.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kBeginSweeps{"rating_sweep_begin",
                             "INSERT INTO rating_sweep (tenant_id, swept_to, is_sweeping, next_time) VALUES ($1, $2, false, $3)"
                             " ON CONFLICT (tenant_id) DO NOTHING"};
const Statement kHoldSweep{"rating_sweep_hold", "SELECT 1 FROM rating_sweep WHERE tenant_id = $1 FOR UPDATE"};
const Statement kSweepAnew{"rating_sweep_anew", "UPDATE rating_sweep SET swept_to = $2, is_sweeping = true WHERE tenant_id = $1"};
const Statement kDefinitions{"rating_definitions",
                             "SELECT code, version, body, update_time FROM rating_definition WHERE tenant_id = $1 AND kind = $2 ORDER BY code"};
const Statement kAllDefinitions{"rating_definitions_all",
                                "SELECT code, version, body, update_time, kind FROM rating_definition WHERE tenant_id = $1"};
// One that is deleted and made again goes on counting.
const Statement kNextVersion{"rating_definition_version_add",
                             "INSERT INTO rating_definition_version (tenant_id, kind, code, version, body, actor, change_time)"
                             " SELECT $1, $2, $3, 1 + coalesce(max(version), 0), $4, $5, $6 FROM rating_definition_version"
                             "  WHERE tenant_id = $1 AND kind = $2 AND code = $3 RETURNING version"};
const Statement kPutDefinition{"rating_definition_put",
                               "INSERT INTO rating_definition (tenant_id, kind, code, version, body, update_time) VALUES ($1, $2, $3, $4, $5, $6)"
                               " ON CONFLICT (tenant_id, kind, code) DO UPDATE SET version = excluded.version, body = excluded.body,"
                               " update_time = excluded.update_time"};
const Statement kDropDefinition{"rating_definition_drop",
                                "DELETE FROM rating_definition WHERE tenant_id = $1 AND kind = $2 AND code = $3"};

Definition ReadDefinition(const Rows& rows, int i) {
  return {rows.String(i, 0), rows.Int32(i, 1), rows.String(i, 2), rows.Timestamp(i, 3)};
}

std::vector<Definition> DefinitionsOf(const Rows& rows) {
  std::vector<Definition> all;
  for (int i = 0; i < rows.size(); ++i) all.push_back(ReadDefinition(rows, i));
  return all;
}

}  // namespace

Status HoldDefinitions(postgres::Transaction& transaction, const Uuid& tenant, const Clock& clock) {
  VEFA_TRY_OK(transaction.Execute(kBeginSweeps, Bound(tenant, Uuid(), clock.Now())));
  VEFA_TRY_OK(transaction.Execute(kHoldSweep, Bound(tenant)));
  return Ok();
}

Result<std::vector<Definition>> ReadDefinitionsOf(postgres::Transaction& transaction, const Uuid& tenant, DefinitionKind kind) {
  VEFA_TRY(Rows rows, transaction.Execute(kDefinitions, Bound(tenant, static_cast<int16_t>(kind))));
  return DefinitionsOf(rows);
}

Result<std::vector<Definition>> ReadDefinitionsOf(postgres::Database& database, const Uuid& tenant, DefinitionKind kind, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), kDefinitions, Bound(tenant, static_cast<int16_t>(kind)), deadline));
  return DefinitionsOf(rows);
}

Result<Definition> WriteDefinition(postgres::Transaction& transaction, const Uuid& tenant, DefinitionKind kind, const std::string& code,
                                   const std::optional<std::string>& body, const std::string& actor, const Clock& clock) {
  const auto number = static_cast<int16_t>(kind);
  Definition definition{code, 0, body.value_or(""), clock.Now()};
  postgres::Value bytes = postgres::Bind(postgres::Bytes{definition.body});
  bytes.is_null = !body;
  VEFA_TRY(Rows next, transaction.Execute(kNextVersion, Bound(tenant, number, code, bytes, actor, definition.update_time)));
  definition.version = next.Int32(0, 0);
  if (body) {
    VEFA_TRY_OK(transaction.Execute(kPutDefinition, Bound(tenant, number, code, definition.version, bytes, definition.update_time)));
  } else {
    VEFA_TRY_OK(transaction.Execute(kDropDefinition, Bound(tenant, number, code)));
  }
  VEFA_TRY_OK(transaction.Execute(kSweepAnew, Bound(tenant, Uuid())));
  return definition;
}

template <typename Message>
Message MessageOf(const Definition& definition, const char* collection) {
  Message message;
  message.ParseFromString(definition.body);
  message.set_name(std::string(collection) + "/" + definition.code);
  message.set_version(definition.version);
  message.set_etag("\"" + std::to_string(definition.version) + "\"");
  *message.mutable_update_time() = rpc::ToProto(definition.update_time);
  return message;
}
template v1::ScoreDefinition MessageOf(const Definition&, const char*);
template v1::Persona MessageOf(const Definition&, const char*);
template v1::LifecycleRule MessageOf(const Definition&, const char*);

Result<RatingRules> ReadRules(postgres::Transaction& transaction, const Uuid& tenant) {
  VEFA_TRY(Rows rows, transaction.Execute(kAllDefinitions, Bound(tenant)));
  RatingRules rules;
  for (int i = 0; i < rows.size(); ++i) {
    const Definition definition = ReadDefinition(rows, i);
    switch (static_cast<DefinitionKind>(rows.Int64(i, 4))) {
      case DefinitionKind::kScore: rules.scores.push_back(MessageOf<v1::ScoreDefinition>(definition, "scoreDefinitions")); break;
      case DefinitionKind::kPersona: rules.personas.push_back(MessageOf<v1::Persona>(definition, "personas")); break;
      case DefinitionKind::kLifecycleRule: rules.lifecycle.push_back(MessageOf<v1::LifecycleRule>(definition, "lifecycleRules")); break;
    }
  }
  Sort(rules);
  return rules;
}

}  // namespace vefa::contact
