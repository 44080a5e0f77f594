#include "services/campaign/segment/predicate_sql.h"

#include "libs/base/check.h"

namespace vefa::campaign {
namespace {

// Of the tenant $1: whom contact knows, who is nobody's part, and whose data may be used.
constexpr char kWhoCounts[] = "s.tenant_id = $1 AND s.known AND s.restricted IS NOT TRUE";

using Kind = Predicate::Kind;

const char* const kOperators[] = {"", "=", "<>", "<", "<=", ">", ">="};

std::string Parameter(postgres::Value value, postgres::Params& params) {
  params.push_back(std::move(value));
  return "$" + std::to_string(params.size());
}

// Our own name of the column, never the caller's text.
std::string Column(const Predicate& leaf) {
  const Attribute* attribute = FindAttribute(leaf.attribute);
  VEFA_CHECK(attribute != nullptr);
  return std::string("s.") + attribute->name;
}

std::string CompareSql(const Predicate& leaf, postgres::Params& params) {
  const double* number = std::get_if<double>(&leaf.value);
  std::string value = number != nullptr ? Parameter(postgres::Bind(*number), params)
                                        : Parameter(postgres::Bind(std::get<std::string>(leaf.value)), params);
  return "COALESCE(" + Column(leaf) + " " + kOperators[static_cast<int>(leaf.op)] + " " + value + ", false)";
}

// A contact that was never asked has no row, which counts as state 0.
std::string ConsentSql(const Predicate& leaf, postgres::Params& params) {
  std::string purpose = Parameter(postgres::Bind(leaf.purpose), params);
  std::string channel = Parameter(postgres::Bind(leaf.channel), params);
  std::string state = Parameter(postgres::Bind(leaf.consent_state), params);
  return "COALESCE((SELECT k.state FROM contact_consent k WHERE k.tenant_id = $1 AND k.contact_id = s.contact_id"
         " AND k.purpose = " + purpose + " AND k.channel = " + channel + "), 0) = " + state;
}

std::string GroupSql(const Predicate& group, postgres::Params& params) {
  bool all = group.kind == Kind::kAll;
  if (group.terms.empty()) return all ? "true" : "false";
  std::string sql;
  for (const Predicate& term : group.terms) {
    sql += sql.empty() ? "(" : all ? " AND " : " OR ";
    sql += ConditionSql(term, params);
  }
  return sql + ")";
}

}  // namespace

std::string ConditionSql(const Predicate& predicate, postgres::Params& params) {
  switch (predicate.kind) {
    case Kind::kNone:
      break;
    case Kind::kAll:
    case Kind::kAny:
      return GroupSql(predicate, params);
    case Kind::kNot:
      return "NOT (" + ConditionSql(predicate.terms.front(), params) + ")";
    case Kind::kCompare:
      return CompareSql(predicate, params);
    case Kind::kPresence:
      return "(" + Column(predicate) + (predicate.missing ? " IS NULL)" : " IS NOT NULL)");
    case Kind::kConsent:
      return "(" + ConsentSql(predicate, params) + ")";
  }
  VEFA_CHECK(false && "the predicate was not checked");
  return "false";
}

std::string CountSql(const Predicate& predicate, postgres::Params& params) {
  return "SELECT count(*) FILTER (WHERE " + ConditionSql(predicate, params) +
         "), count(*), count(*) FILTER (WHERE s.scored), now()"
         " FROM contact_state s WHERE " + std::string(kWhoCounts);
}

std::string MembersSql(const Predicate& predicate, postgres::Params& params) {
  return "SELECT s.contact_id FROM contact_state s WHERE " + std::string(kWhoCounts) + " AND s.contact_id > $2"
         " AND " + ConditionSql(predicate, params) + " ORDER BY s.contact_id LIMIT $3";
}

std::string AudienceSql(const Predicate& predicate, postgres::Params& params) {
  return "INSERT INTO campaign_recipient (tenant_id, campaign_id, contact_id, state, reason)"
         " SELECT $1, $2, s.contact_id, 0, '' FROM contact_state s WHERE " + std::string(kWhoCounts) + " AND " +
         ConditionSql(predicate, params);
}

}  // namespace vefa::campaign
