#include "services/contact/retention/retention_store.h"

#include <algorithm>

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kUntouchedCountMax = 10'000;

#define RULE_COLUMNS \
  "code, title, days, purpose, array_to_string(lifecycle_stages, ','), despite_consent, create_time, update_time"

const Statement kHoldRules{"retention_rules_hold", "SELECT pg_advisory_xact_lock(hashtextextended('retention|' || $1::uuid, 0))"};
const Statement kCountRules{"retention_rules_count", "SELECT count(*) FROM retention_rule WHERE tenant_id = $1 AND code <> $2"};
const Statement kStoreRule{
    "retention_rule_store",
    "INSERT INTO retention_rule (tenant_id, code, title, days, purpose, lifecycle_stages, despite_consent, create_time, update_time)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (tenant_id, code) DO UPDATE SET title = excluded.title, days = excluded.days,"
    " purpose = excluded.purpose, lifecycle_stages = excluded.lifecycle_stages, despite_consent = excluded.despite_consent,"
    " update_time = excluded.update_time RETURNING " RULE_COLUMNS};
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
const Statement kIsUntouched{"retention_is_untouched", "SELECT 1" UNTOUCHED " AND c.id = $6 AND NOT " HELD};

RetentionRule ReadRule(const Rows& rows, int i) {
  RetentionRule rule{rows.String(i, 0), rows.String(i, 1), rows.Int32(i, 2), rows.String(i, 3), {}, rows.Bool(i, 5), rows.Timestamp(i, 6),
                     rows.Timestamp(i, 7)};
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
                                                            rule.despite_consent, clock.Now())));
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

}  // namespace vefa::contact
