#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/rating/rating.h"

// The SQL of what tenants define.
namespace vefa::contact {

// The numbers of the table.
enum class DefinitionKind : int16_t { kScore = 1, kPersona = 2, kLifecycleRule = 3 };

// The most of one tenant.
inline constexpr size_t kScoreDefinitionsMax = 10;
inline constexpr size_t kPersonasMax = 50;
inline constexpr size_t kLifecycleRulesMax = 50;

struct Definition {
  std::string code;
  int32_t version = 0;
  std::string body;
  Time update_time{};
};

// Holds a tenant's definitions against others until the transaction ends.
Status HoldDefinitions(postgres::Transaction& transaction, const Uuid& tenant, const Clock& clock);
Result<std::vector<Definition>> ReadDefinitionsOf(postgres::Transaction& transaction, const Uuid& tenant, DefinitionKind kind);
Result<std::vector<Definition>> ReadDefinitionsOf(postgres::Database& database, const Uuid& tenant, DefinitionKind kind, Deadline deadline);
// Writes a definition as its next version and has every contact rated anew; without a body it is deleted. Held.
Result<Definition> WriteDefinition(postgres::Transaction& transaction, const Uuid& tenant, DefinitionKind kind, const std::string& code,
                                   const std::optional<std::string>& body, const std::string& actor, const Clock& clock);
// All of them, in the order in which they are tried.
Result<RatingRules> ReadRules(postgres::Transaction& transaction, const Uuid& tenant);

// The message of a definition with what is for output only.
template <typename Message>
Message MessageOf(const Definition& definition, const char* collection);

}  // namespace vefa::contact
