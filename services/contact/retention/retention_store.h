#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/retention/retention.h"

// The SQL of rules and of whom they are for.
namespace vefa::contact {

// As stored; one that is scheduled, or changed, runs by itself after kRunEvery. RESOURCE_EXHAUSTED `RETENTION_RULES_TOO_MANY`.
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

// How many are free, counted to at most `limit`.
Result<int64_t> CountFree(postgres::Database& database, const Uuid& tenant, const RetentionRule& rule, Time cut, int64_t limit,
                          Deadline deadline);
// How many contacts a tenant keeps, counted to at most `limit`.
Result<int64_t> CountKept(postgres::Database& database, const Uuid& tenant, int64_t limit, Deadline deadline);

// A rule that one replica runs by itself. Whoever has it keeps it step by step; a rule that was changed or deleted is nobody's any more.
struct RuleRun {
  RetentionRule rule;
  Time lease_time{};              // Until then it is this replica's.
  std::optional<Time> run_time{};  // When the run began that is not at its end yet.
  int32_t erased = 0;             // In that run.
};
// nullopt when it is not due, or another replica's.
Result<std::optional<RuleRun>> TakeRule(postgres::Database& database, const Uuid& tenant, const std::string& code, Time now, Time until,
                                        Deadline deadline);
// Writes down how far it is, and has it until then. False when it is ours no more.
Result<bool> KeepRule(postgres::Database& database, const Uuid& tenant, RuleRun& run, Time until, Deadline deadline);
// Gives it back, with what is said of it in `run.rule`; while a run goes on, with that. What is not ours any more stays as it is.
Status LeaveRule(postgres::Database& database, const Uuid& tenant, const RuleRun& run, Deadline deadline);
// Somebody ran it by hand to the end: it is for too many no more.
Status SettleRule(postgres::Database& database, const Uuid& tenant, const std::string& code, Deadline deadline);

}  // namespace vefa::contact
