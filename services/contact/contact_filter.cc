#include "services/contact/contact_filter.h"

// Topics of a kind of signal whose strength is 0.05 at least still (1 - 0.5^sum), unless the person said no.
#define INTERESTED(topic)                                                                                                   \
  "EXISTS (SELECT 1 FROM interest n WHERE n.tenant_id = c.tenant_id AND n.contact_id = c.id" topic                          \
  " AND n.sum * power(2::float8, greatest(-1000, -extract(epoch FROM now() - n.last_time)::float8 / 86400 / n.half_life_days)) >= 0.074" \
  " AND NOT EXISTS (SELECT 1 FROM interest d WHERE d.tenant_id = c.tenant_id AND d.contact_id = c.id AND d.topic = n.topic" \
  " AND d.kind = 1 AND d.not_interested))"

namespace vefa::contact {

using filter::kEquality;
using filter::kHasBit;
using filter::kOrder;
using filter::Type;

const filter::Schema& ContactFields() {
  static const filter::Schema schema{
      {.name = "external_id", .sql = "c.external_id"},
      {.name = "display_name", .sql = "c.display_name", .ops = kEquality | kHasBit},
      {.name = "email", .sql = "c.email", .ops = kEquality | kHasBit, .present_sql = "c.email <> ''"},
      {.name = "given_name", .sql = "c.given_name", .ops = kEquality | kHasBit, .present_sql = "c.given_name <> ''"},
      {.name = "family_name", .sql = "c.family_name", .ops = kEquality | kHasBit, .present_sql = "c.family_name <> ''"},
      {.name = "phone", .sql = "c.phone", .ops = kEquality | kHasBit, .present_sql = "c.phone <> ''"},
      {.name = "country", .sql = "c.country", .ops = kEquality | kHasBit, .present_sql = "c.country <> ''"},
      {.name = "time_zone", .sql = "c.time_zone", .ops = kEquality | kHasBit, .present_sql = "c.time_zone <> ''"},
      {.name = "language", .type = Type::kWord, .sql = "c.language", .ops = kEquality | kHasBit, .words = {"tr", "en"}},
      {.name = "source", .sql = "c.source", .ops = kEquality | kHasBit, .present_sql = "c.source <> ''"},
      {.name = "version", .type = Type::kInteger, .sql = "c.version", .ops = kEquality | kOrder},
      {.name = "create_time", .type = Type::kTime, .sql = "c.create_time", .ops = kEquality | kOrder},
      {.name = "update_time", .type = Type::kTime, .sql = "c.update_time", .ops = kEquality | kOrder},
      {.name = "lifecycle_stage", .type = Type::kWord,
       .sql = "(ARRAY['STRANGER', 'LEAD', 'PROSPECT', 'NEW_CUSTOMER', 'ACTIVE_CUSTOMER', 'LOYAL', 'ADVOCATE', 'AT_RISK',"
              " 'LAPSED', 'WON_BACK', 'LOST'])[c.lifecycle_stage]",
       .ops = kEquality | kHasBit,
       .words = {"STRANGER", "LEAD", "PROSPECT", "NEW_CUSTOMER", "ACTIVE_CUSTOMER", "LOYAL", "ADVOCATE", "AT_RISK", "LAPSED",
                 "WON_BACK", "LOST"}},
      {.name = "tags", .sql = "array_to_string(c.tags, ',')", .ops = kHasBit, .present_sql = "c.tags <> '{}'",
       .has_sql = "{value} = ANY(c.tags)"},
      {.name = "interests", .sql = "(SELECT string_agg(n.topic, ',') FROM interest n WHERE n.tenant_id = c.tenant_id AND n.contact_id = c.id)",
       .ops = kHasBit, .present_sql = INTERESTED(""), .has_sql = INTERESTED(" AND n.topic = {value}")},
      // By their text as JSON writes it: a choice, a text, a reference, a number as `42`, `true`.
      {.name = "attributes", .sql = "c.attributes->>{key}", .ops = kEquality | kHasBit, .is_map = true},
      {.name = "state", .type = Type::kWord, .sql = "CASE WHEN c.erase_time IS NOT NULL THEN 'ERASED' WHEN c.merged_into IS NOT NULL THEN 'MERGED' ELSE 'ACTIVE' END",
       .ops = kEquality, .words = {"ACTIVE", "ERASED", "MERGED"}},
  };
  return schema;
}

Condition ConditionOf(const filter::Filter& filter, size_t first, const std::optional<std::vector<Uuid>>& owners) {
  Condition condition{filter.Names("state") ? "true" : "c.erase_time IS NULL AND c.merged_into IS NULL", {}};
  if (owners) {
    condition.sql += " AND c.owner_id = ANY($" + std::to_string(first++) + ")";
    condition.params.push_back(postgres::Bind(*owners));
  }
  if (!filter.condition) return condition;
  std::vector<filter::Value> values;
  condition.sql += " AND " + filter::ConditionSql(*filter.condition, first, values);
  for (const filter::Value& value : values)
    std::visit([&](const auto& one) { condition.params.push_back(postgres::Bind(one)); }, value);
  return condition;
}

}  // namespace vefa::contact
