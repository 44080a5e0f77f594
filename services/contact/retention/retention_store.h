#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/retention/retention.h"

// The SQL of rules and of whom they are for.
namespace vefa::contact {

// As stored. RESOURCE_EXHAUSTED `RETENTION_RULES_TOO_MANY`.
Result<RetentionRule> StoreRule(postgres::Transaction& transaction, const Uuid& tenant, RetentionRule rule, const Clock& clock);
// In the order of their codes.
Result<std::vector<RetentionRule>> ListRules(postgres::Database& database, const Uuid& tenant, Deadline deadline);
// NOT_FOUND `RETENTION_RULE_NOT_FOUND`.
Result<RetentionRule> GetRule(postgres::Database& database, const Uuid& tenant, const std::string& code, Deadline deadline);
Status DeleteRule(postgres::Database& database, const Uuid& tenant, const std::string& code, Deadline deadline);

// Somebody a rule is for.
struct Untouched {
  Uuid contact;
  Time last_time{};   // When something new was heard of them, or of what is a part of them, last.
  bool held = false;  // They, or a part of them, must be kept.
};
// The longest untouched first, at most `limit`; the held ones only where `with_held`.
Result<std::vector<Untouched>> FindUntouched(postgres::Database& database, const Uuid& tenant, const RetentionRule& rule, Time cut,
                                             bool with_held, int32_t limit, Deadline deadline);
struct UntouchedCount {
  int32_t free = 0, held = 0;
};
// Both together counted to at most 10,000.
Result<UntouchedCount> CountUntouched(postgres::Database& database, const Uuid& tenant, const RetentionRule& rule, Time cut, Deadline deadline);
// Whether the rule is for somebody now, who is not held.
Result<bool> IsUntouched(postgres::Database& database, const Uuid& tenant, const RetentionRule& rule, Time cut, const Uuid& contact,
                         Deadline deadline);

}  // namespace vefa::contact
