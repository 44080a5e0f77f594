#include "services/contact/attribute/attribute_store.h"

#include <nlohmann/json.hpp>

namespace vefa::contact {
namespace {

using Json = nlohmann::json;
using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr std::chrono::seconds kKnownFor(1);
constexpr size_t kTenantsMax = 4096;  // Whose definitions are known at once; beyond that the memory begins anew.

#define DEFINITION_COLUMNS                                                                                             \
  "key, title, type, privacy, options::text, minimum, maximum, length_max, reference_collection, default_value::text," \
  " archive_time, version, create_time"

const Statement kDefinitions{"attribute_definitions", "SELECT " DEFINITION_COLUMNS
                                                      " FROM attribute_definition WHERE tenant_id = $1"};
const Statement kLockDefinition{"attribute_definition_lock",
                                "SELECT " DEFINITION_COLUMNS
                                " FROM attribute_definition WHERE tenant_id = $1 AND key = $2 FOR UPDATE"};
const Statement kCountDefinitions{"attribute_definition_count",
                                  "SELECT count(*), count(*) FILTER (WHERE key = $2) FROM attribute_definition"
                                  " WHERE tenant_id = $1"};
const Statement kInsertDefinition{
    "attribute_definition_insert",
    "INSERT INTO attribute_definition (tenant_id, key, title, type, privacy, options, minimum, maximum, length_max,"
    "  reference_collection, default_value, version, create_time)"
    " VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9, $10, $11::text::jsonb, 1, $12)"
    " ON CONFLICT (tenant_id, key) DO NOTHING RETURNING 1"};
const Statement kWriteDefinition{
    "attribute_definition_write",
    "UPDATE attribute_definition SET title = $3, options = $4::text::jsonb, minimum = $5, maximum = $6, length_max = $7,"
    "  default_value = $8::text::jsonb, archive_time = $9, version = version + 1"
    " WHERE tenant_id = $1 AND key = $2 RETURNING version"};

std::string OptionsJson(const std::vector<AttributeOption>& options) {
  Json all = Json::array();
  for (const AttributeOption& option : options) all.push_back({{"code", option.code}, {"title", option.title}});
  return all.dump();
}

std::vector<AttributeOption> ReadOptions(const std::string& text) {
  std::vector<AttributeOption> options;
  for (const Json& each : Json::parse(text)) options.push_back({each.value("code", ""), each.value("title", "")});
  return options;
}

std::string DefaultJson(const AttributeDefinition& definition) {
  Attributes values;
  if (definition.default_value) values.emplace("value", *definition.default_value);
  return ToJson(values);
}

AttributeDefinition ReadDefinition(const Rows& rows, int i) {
  auto number = [&](int column) {
    return rows.IsNull(i, column) ? std::nullopt : std::optional<double>(rows.Double(i, column));
  };
  AttributeDefinition definition;
  definition.key = rows.String(i, 0);
  definition.title = rows.String(i, 1);
  definition.type = static_cast<AttributeType>(rows.Int64(i, 2));
  definition.privacy = static_cast<int16_t>(rows.Int64(i, 3));
  definition.personal = IsPersonalClass(definition.privacy);
  definition.options = ReadOptions(rows.String(i, 4));
  definition.minimum = number(5);
  definition.maximum = number(6);
  definition.length_max = rows.Int32(i, 7);
  definition.reference_collection = rows.String(i, 8);
  for (auto& [key, value] : AttributesFromJson(rows.String(i, 9))) definition.default_value = value;
  if (!rows.IsNull(i, 10)) definition.archive_time = rows.Timestamp(i, 10);
  definition.version = rows.Int64(i, 11);
  definition.create_time = rows.Timestamp(i, 12);
  return definition;
}

Error KeyTaken() {
  return {Code::kAlreadyExists, "ATTRIBUTE_KEY_TAKEN", "There is an attribute with this key, perhaps archived; choose another key."};
}

}  // namespace

Result<AttributeDefinitions> ReadDefinitions(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kDefinitions, Bound(tenant), deadline));
  AttributeDefinitions definitions;
  for (int i = 0; i < rows.size(); ++i) {
    AttributeDefinition definition = ReadDefinition(rows, i);
    definitions.emplace(definition.key, std::move(definition));
  }
  return definitions;
}

// Two at the same moment may pass the limit together by one.
Result<AttributeDefinition> InsertDefinition(postgres::Transaction& transaction, const Uuid& tenant,
                                             AttributeDefinition definition, const Clock& clock) {
  VEFA_TRY(Rows count, transaction.Execute(kCountDefinitions, Bound(tenant, definition.key)));
  if (count.Int64(0, 1) > 0) return KeyTaken();
  if (count.Int64(0, 0) >= static_cast<int64_t>(kDefinitionsMax))
    return Error{Code::kResourceExhausted, "ATTRIBUTES_TOO_MANY", "A tenant has at most 200 attributes."};
  definition.version = 1;
  definition.create_time = clock.Now();
  VEFA_TRY(Rows rows,
           transaction.Execute(kInsertDefinition,
                               Bound(tenant, definition.key, definition.title, static_cast<int16_t>(definition.type),
                                     definition.privacy, OptionsJson(definition.options), definition.minimum,
                                     definition.maximum, definition.length_max, definition.reference_collection,
                                     DefaultJson(definition), definition.create_time)));
  if (rows.empty()) return KeyTaken();
  return definition;
}

Result<AttributeDefinition> LockDefinition(postgres::Transaction& transaction, const Uuid& tenant,
                                           const std::string& key) {
  VEFA_TRY(Rows rows, transaction.Execute(kLockDefinition, Bound(tenant, key)));
  if (rows.empty()) return NotFound("ATTRIBUTE_NOT_FOUND", "There is no such attribute; check the name.");
  return ReadDefinition(rows, 0);
}

Status WriteDefinition(postgres::Transaction& transaction, const Uuid& tenant, AttributeDefinition& definition) {
  VEFA_TRY(Rows rows, transaction.Execute(
                          kWriteDefinition,
                          Bound(tenant, definition.key, definition.title, OptionsJson(definition.options),
                                definition.minimum, definition.maximum, definition.length_max, DefaultJson(definition),
                                definition.archive_time)));
  definition.version = rows.Int64(0, 0);
  return Ok();
}

Result<std::shared_ptr<const AttributeDefinitions>> AttributeCatalog::ForTenant(const Uuid& tenant, Deadline deadline) {
  {
    std::lock_guard lock(mutex_);
    auto known = known_.find(tenant);
    if (known != known_.end() && !known->second.until.Passed()) return known->second.definitions;
  }
  VEFA_TRY(AttributeDefinitions read, ReadDefinitions(database_, tenant, deadline));
  auto definitions = std::make_shared<const AttributeDefinitions>(std::move(read));
  std::lock_guard lock(mutex_);
  if (known_.size() >= kTenantsMax) known_.clear();
  known_.insert_or_assign(tenant, Known{definitions, Deadline::After(kKnownFor)});
  return definitions;
}

void AttributeCatalog::Forget(const Uuid& tenant) {
  std::lock_guard lock(mutex_);
  known_.erase(tenant);
}

}  // namespace vefa::contact
