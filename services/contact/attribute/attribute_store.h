#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/postgres/database.h"
#include "services/contact/attribute/attribute.h"

namespace vefa::contact {

// The SQL of definitions.

Result<AttributeDefinitions> ReadDefinitions(postgres::Database& database, const Uuid& tenant, Deadline deadline);
// The definition as stored. ALREADY_EXISTS `ATTRIBUTE_KEY_TAKEN`, RESOURCE_EXHAUSTED `ATTRIBUTES_TOO_MANY`.
Result<AttributeDefinition> InsertDefinition(postgres::Transaction& transaction, const Uuid& tenant,
                                             AttributeDefinition definition, const Clock& clock);
// Kept from others until the transaction ends. NOT_FOUND `ATTRIBUTE_NOT_FOUND`.
Result<AttributeDefinition> LockDefinition(postgres::Transaction& transaction, const Uuid& tenant, const std::string& key);
// Writes one that is locked; its version grows.
Status WriteDefinition(postgres::Transaction& transaction, const Uuid& tenant, AttributeDefinition& definition);

// The definitions of tenants, read again after a second: every write of a contact needs them, and they change seldom. What
// one replica changes, the others hold to within that second. Thread-safe.
class AttributeCatalog {
 public:
  explicit AttributeCatalog(postgres::Database& database) : database_(database) {}

  Result<std::shared_ptr<const AttributeDefinitions>> ForTenant(const Uuid& tenant, Deadline deadline);
  // Something was changed here: the next look reads again.
  void Forget(const Uuid& tenant);

 private:
  struct Known {
    std::shared_ptr<const AttributeDefinitions> definitions;
    Deadline until;
  };
  postgres::Database& database_;
  std::mutex mutex_;
  std::unordered_map<Uuid, Known> known_;
};

}  // namespace vefa::contact
