#include "services/contact/rating/rating_filters.h"

#include "libs/telemetry/log.h"

namespace vefa::contact {
namespace {

constexpr size_t kFiltersOfStatement = 100;

// One statement: the columns are conditions of texts of the program, everything that was typed is a parameter (contact_filtered.cc).
Status HoldSome(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<std::pair<std::string, filter::Filter>>& filters,
                const std::vector<Uuid>& contacts, Holding& holding) {
  postgres::Params params = postgres::Bound(tenant, contacts);
  std::string sql = "SELECT x.* FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL (SELECT c.id";
  for (const auto& [text, filter] : filters) {
    Condition condition = ConditionOf(filter, params.size() + 1);
    for (postgres::Value& value : condition.params) params.push_back(std::move(value));
    sql += ", coalesce((" + condition.sql + "), false)";
  }
  sql += " FROM contact c WHERE c.tenant_id = $1 AND c.id = i.id OFFSET 0) x";
  const postgres::Statement statement{"rating_filters", sql.c_str(), true};
  VEFA_TRY(postgres::Rows rows, transaction.Execute(statement, std::move(params)));
  for (size_t column = 0; column < filters.size(); ++column) {
    auto& those = holding[filters[column].first];
    for (int i = 0; i < rows.size(); ++i)
      if (rows.Bool(i, static_cast<int>(column) + 1)) those.insert(rows.Id(i, 0));
  }
  return Ok();
}

}  // namespace

void CheckKeptFilter(std::string_view text, const std::string& field, std::vector<Violation>& violations) {
  auto filter = filter::Read(text, ContactFields(), field);
  if (!filter.ok()) {
    for (const Violation& violation : filter.error().violations) violations.push_back(violation);
  } else if (filter->words.find_first_not_of(' ') != std::string::npos) {
    violations.push_back({field, "FILTER_WORD_PLACE", "Name the field that each word is of, for example country = TR."});
  } else if (!filter->condition) {
    violations.push_back({field, "REQUIRED", "Give a condition, for example country = TR."});
  }
}

Result<Holding> HoldFilters(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<std::string>& filters,
                            const std::vector<Uuid>& contacts) {
  Holding holding;
  std::vector<std::pair<std::string, filter::Filter>> some;
  for (const std::string& text : filters) {
    if (holding.contains(text)) continue;
    holding[text];
    auto filter = filter::Read(text, ContactFields());
    if (!filter.ok() || !filter->condition) {
      telemetry::Warn("a filter that is kept cannot be read any more", {{"tenant", tenant.ToString()}});
      continue;
    }
    some.emplace_back(text, *std::move(filter));
    if (some.size() < kFiltersOfStatement) continue;
    VEFA_TRY_OK(HoldSome(transaction, tenant, some, contacts, holding));
    some.clear();
  }
  if (!some.empty()) VEFA_TRY_OK(HoldSome(transaction, tenant, some, contacts, holding));
  return holding;
}

}  // namespace vefa::contact
