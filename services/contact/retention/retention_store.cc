#include "services/contact/retention/retention_store.h"

#include <algorithm>

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kUntouchedCountMax = 10'000;

#define RULE_COLUMNS                                                                                                   \
  "code, title, days, purpose, array_to_string(lifecycle_stages, ','), despite_consent, create_time, update_time, scheduled," \
  " next_run_time, last_run_time, last_erased, trouble"
constexpr int kRuleColumns = 13;
// Whether what is stored erases the same people at the same times.
#define SAME_RULE                                                                          \
  "(r.days, r.purpose, r.lifecycle_stages, r.despite_consent, r.scheduled) = (excluded.days, excluded.purpose, excluded.lifecycle_stages," \
  " excluded.despite_consent, excluded.scheduled)"

const Statement kHoldRules{"retention_rules_hold", "SELECT pg_advisory_xact_lock(hashtextextended('retention|' || $1::uuid, 0))"};
const Statement kCountRules{"retention_rules_count", "SELECT count(*) FROM retention_rule WHERE tenant_id = $1 AND code <> $2"};
const Statement kStoreRule{
    "retention_rule_store",
    "INSERT INTO retention_rule AS r (tenant_id, code, title, days, purpose, lifecycle_stages, despite_consent, create_time, update_time,"
    " scheduled, next_run_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, CASE WHEN $9::boolean THEN $10::timestamptz END)"
    " ON CONFLICT (tenant_id, code) DO UPDATE SET title = excluded.title, days = excluded.days,"
    " purpose = excluded.purpose, lifecycle_stages = excluded.lifecycle_stages, despite_consent = excluded.despite_consent,"
    " update_time = excluded.update_time, scheduled = excluded.scheduled,"
    // A run of the rule as it was ends here, wherever it is.
    " next_run_time = CASE WHEN " SAME_RULE " THEN r.next_run_time ELSE excluded.next_run_time END,"
    " lease_time = CASE WHEN " SAME_RULE " THEN r.lease_time ELSE '-infinity' END,"
    " run_time = CASE WHEN " SAME_RULE " THEN r.run_time END, trouble = CASE WHEN " SAME_RULE " THEN r.trouble ELSE '' END"
    " RETURNING " RULE_COLUMNS};
const Statement kListRules{"retention_rules", "SELECT " RULE_COLUMNS " FROM retention_rule WHERE tenant_id = $1 ORDER BY code"};
const Statement kGetRule{"retention_rule_get", "SELECT " RULE_COLUMNS " FROM retention_rule WHERE tenant_id = $1 AND code = $2"};
const Statement kDeleteRule{"retention_rule_delete", "DELETE FROM retention_rule WHERE tenant_id = $1 AND code = $2"};

// Somebody and what is a part of them.
#define FAMILY                                                                                                       \
  "(WITH RECURSIVE family(id) AS (SELECT c.id UNION SELECT m.merged_id FROM family f JOIN contact_merge m"           \
  "   ON m.tenant_id = $1 AND m.survivor_id = f.id AND m.undo_time IS NULL) SELECT "
#define OF_FAMILY " FROM family f JOIN contact p ON p.tenant_id = $1 AND p.id = f.id"
#define LAST_TIME                                                                                                    \
  FAMILY "greatest(max(p.update_time), max(a.last_time), max(s.record_time))" OF_FAMILY                              \
  "   LEFT JOIN contact_activity a ON a.tenant_id = $1 AND a.contact_id = f.id"                                      \
  "   LEFT JOIN consent_state s ON s.tenant_id = $1 AND s.contact_id = f.id)"
#define HELD FAMILY "bool_or(p.hold_time IS NOT NULL)" OF_FAMILY ")"
// $2 the cut, $3 stages, $4 purpose, $5 despite consent. Each condition is a question of its own about the row at hand and no join, so that
// who wants a few goes along the index of those untouched and stops.
#define UNTOUCHED                                                                                                    \
  " FROM contact c WHERE c.tenant_id = $1 AND c.erase_time IS NULL AND c.merged_into IS NULL AND c.update_time < $2" \
  " AND (cardinality($3::smallint[]) = 0 OR c.lifecycle_stage = ANY($3::smallint[]))"                                \
  " AND ($5::boolean OR NOT coalesce((SELECT bool_or(coalesce(g.merge_state, g.state) = 1) FROM consent_state g"     \
  "   WHERE g.tenant_id = $1 AND g.contact_id = c.id AND ($4::text = '' OR g.purpose = $4)), false))"                \
  " AND " LAST_TIME " < $2"
const Statement kUntouched{"retention_untouched", "SELECT c.id, " LAST_TIME ", " HELD UNTOUCHED " AND ($6::boolean OR NOT " HELD ")"
                                                  " ORDER BY c.update_time, c.id LIMIT $7"};
const Statement kCountUntouched{"retention_count", "SELECT (count(*) FILTER (WHERE NOT held))::int, (count(*) FILTER (WHERE held))::int FROM ("
                                                   "SELECT " HELD " AS held" UNTOUCHED " LIMIT $6) u"};
const Statement kCountFree{"retention_count_free", "SELECT count(*) FROM (SELECT 1" UNTOUCHED " AND NOT " HELD " LIMIT $6) u"};
const Statement kCountKept{"retention_count_kept", "SELECT count(*) FROM (SELECT 1 FROM contact c WHERE c.tenant_id = $1"
                                                   " AND c.erase_time IS NULL AND c.merged_into IS NULL LIMIT $2) k"};
const Statement kIsUntouched{"retention_is_untouched", "SELECT 1" UNTOUCHED " AND c.id = $6 AND NOT " HELD};

const Statement kTakeRule{"retention_rule_take",
                          "UPDATE retention_rule SET lease_time = $4 WHERE tenant_id = $1 AND code = $2 AND scheduled"
                          " AND next_run_time <= $3 AND lease_time <= $3 RETURNING " RULE_COLUMNS ", run_time, run_erased"};
const Statement kKeepRule{"retention_rule_keep", "UPDATE retention_rule SET lease_time = $4, run_time = $5, run_erased = $6"
                                                 " WHERE tenant_id = $1 AND code = $2 AND lease_time = $3"};
const Statement kLeaveRule{"retention_rule_leave",
                           "UPDATE retention_rule SET lease_time = '-infinity', next_run_time = $4, run_time = $5, run_erased = $6,"
                           " last_run_time = $7, last_erased = $8, trouble = $9 WHERE tenant_id = $1 AND code = $2 AND lease_time = $3"};
const Statement kSettleRule{"retention_rule_settle",
                            "UPDATE retention_rule SET trouble = '' WHERE tenant_id = $1 AND code = $2 AND trouble = $3"};

std::optional<Time> ReadTime(const Rows& rows, int i, int column) {
  return rows.IsNull(i, column) ? std::nullopt : std::optional(rows.Timestamp(i, column));
}

RetentionRule ReadRule(const Rows& rows, int i) {
  RetentionRule rule{rows.String(i, 0), rows.String(i, 1), rows.Int32(i, 2), rows.String(i, 3), {}, rows.Bool(i, 5), rows.Timestamp(i, 6),
                     rows.Timestamp(i, 7), rows.Bool(i, 8), ReadTime(rows, i, 9), ReadTime(rows, i, 10), rows.Int32(i, 11), rows.String(i, 12)};
  const std::string stages = rows.String(i, 4);
  for (size_t at = 0; at < stages.size();) {
    const size_t comma = std::min(stages.find(',', at), stages.size());
    rule.stages.push_back(static_cast<int16_t>(std::stoi(stages.substr(at, comma - at))));
    at = comma + 1;
  }
  return rule;
}

postgres::Params RuleParams(const Uuid& tenant, const RetentionRule& rule, Time cut) {
  return Bound(tenant, cut, rule.stages, rule.purpose, rule.despite_consent);
}

}  // namespace

Result<RetentionRule> StoreRule(postgres::Transaction& transaction, const Uuid& tenant, RetentionRule rule, const Clock& clock) {
  VEFA_TRY_OK(transaction.Execute(kHoldRules, Bound(tenant)));
  VEFA_TRY(Rows others, transaction.Execute(kCountRules, Bound(tenant, rule.code)));
  if (others.Int64(0, 0) >= kRetentionRulesMax)
    return Error{Code::kResourceExhausted, "RETENTION_RULES_TOO_MANY", "A tenant has at most 50 rules; delete one first."};
  VEFA_TRY(Rows rows, transaction.Execute(kStoreRule, Bound(tenant, rule.code, rule.title, rule.days, rule.purpose, rule.stages,
                                                            rule.despite_consent, clock.Now(), rule.scheduled, clock.Now() + kRunEvery)));
  return ReadRule(rows, 0);
}

Result<std::vector<RetentionRule>> ListRules(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListRules, Bound(tenant), deadline));
  std::vector<RetentionRule> rules;
  for (int i = 0; i < rows.size(); ++i) rules.push_back(ReadRule(rows, i));
  return rules;
}

Result<RetentionRule> GetRule(postgres::Database& database, const Uuid& tenant, const std::string& code, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGetRule, Bound(tenant, code), deadline));
  if (rows.empty()) return NotFound("RETENTION_RULE_NOT_FOUND", "There is no such rule; check the name.");
  return ReadRule(rows, 0);
}

Status DeleteRule(postgres::Database& database, const Uuid& tenant, const std::string& code, Deadline deadline) {
  VEFA_TRY_OK(database.Run(Scope::Tenant(tenant), kDeleteRule, Bound(tenant, code), deadline));
  return Ok();
}

Result<std::vector<Untouched>> FindUntouched(postgres::Database& database, const Uuid& tenant, const RetentionRule& rule, Time cut,
                                             bool with_held, int32_t limit, Deadline deadline) {
  postgres::Params params = RuleParams(tenant, rule, cut);
  params.push_back(postgres::Bind(with_held));
  params.push_back(postgres::Bind(limit));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kUntouched, std::move(params), deadline));
  std::vector<Untouched> found;
  for (int i = 0; i < rows.size(); ++i) found.push_back({rows.Id(i, 0), rows.Timestamp(i, 1), rows.Bool(i, 2)});
  return found;
}

Result<UntouchedCount> CountUntouched(postgres::Database& database, const Uuid& tenant, const RetentionRule& rule, Time cut,
                                      Deadline deadline) {
  postgres::Params params = RuleParams(tenant, rule, cut);
  params.push_back(postgres::Bind(kUntouchedCountMax));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kCountUntouched, std::move(params), deadline));
  return UntouchedCount{rows.Int32(0, 0), rows.Int32(0, 1)};
}

Result<bool> IsUntouched(postgres::Database& database, const Uuid& tenant, const RetentionRule& rule, Time cut, const Uuid& contact,
                         Deadline deadline) {
  postgres::Params params = RuleParams(tenant, rule, cut);
  params.push_back(postgres::Bind(contact));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kIsUntouched, std::move(params), deadline));
  return !rows.empty();
}

Result<int64_t> CountFree(postgres::Database& database, const Uuid& tenant, const RetentionRule& rule, Time cut, int64_t limit,
                          Deadline deadline) {
  postgres::Params params = RuleParams(tenant, rule, cut);
  params.push_back(postgres::Bind(limit));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kCountFree, std::move(params), deadline));
  return rows.Int64(0, 0);
}

Result<int64_t> CountKept(postgres::Database& database, const Uuid& tenant, int64_t limit, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kCountKept, Bound(tenant, limit), deadline));
  return rows.Int64(0, 0);
}

Result<std::optional<RuleRun>> TakeRule(postgres::Database& database, const Uuid& tenant, const std::string& code, Time now, Time until,
                                        Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kTakeRule, Bound(tenant, code, now, until), deadline));
  if (rows.empty()) return std::optional<RuleRun>();
  return std::optional(RuleRun{ReadRule(rows, 0), until, ReadTime(rows, 0, kRuleColumns), rows.Int32(0, kRuleColumns + 1)});
}

Result<bool> KeepRule(postgres::Database& database, const Uuid& tenant, RuleRun& run, Time until, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kKeepRule,
                                   Bound(tenant, run.rule.code, run.lease_time, until, run.run_time, run.erased), deadline));
  run.lease_time = until;
  return rows.affected() > 0;
}

Status LeaveRule(postgres::Database& database, const Uuid& tenant, const RuleRun& run, Deadline deadline) {
  const RetentionRule& rule = run.rule;
  VEFA_TRY_OK(database.Run(Scope::Tenant(tenant), kLeaveRule,
                           Bound(tenant, rule.code, run.lease_time, rule.next_run_time, run.run_time, run.erased, rule.last_run_time,
                                 rule.last_erased, rule.trouble),
                           deadline));
  return Ok();
}

Status SettleRule(postgres::Database& database, const Uuid& tenant, const std::string& code, Deadline deadline) {
  VEFA_TRY_OK(database.Run(Scope::Tenant(tenant), kSettleRule, Bound(tenant, code, kShareTooLarge), deadline));
  return Ok();
}

}  // namespace vefa::contact
