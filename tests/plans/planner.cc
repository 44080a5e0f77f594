#include "tests/plans/planner.h"

#include <regex>
#include <sstream>

namespace vefa::plans {
namespace {

using postgres::Rows;
using postgres::Scope;
using postgres::Statement;
using postgres::Transaction;

// Fewer, and reading from end to end may be the best there is.
constexpr int kLargeFrom = 100000;
// Arrays are as long as a batch.
constexpr int kArrayLength = 100;
// A plan is chosen anew five times; then PostgreSQL decides whether to keep one for all values.
constexpr int kUntilSettled = 6;
constexpr char kTenant[] = "01970000-0000-7000-8000-000000000001";

// What the plans depend on beside the data, so that no engine's settings change them.
constexpr const char* kSettings[] = {
    "SET LOCAL seq_page_cost = 1",          "SET LOCAL random_page_cost = 4", "SET LOCAL effective_cache_size = '4GB'",
    "SET LOCAL work_mem = '4MB'",           "SET LOCAL jit = off",            "SET LOCAL max_parallel_workers_per_gather = 2",
    "SET LOCAL hash_mem_multiplier = 2",
};

Deadline Soon() { return Deadline::After(std::chrono::seconds(60)); }

Result<Rows> Ask(Transaction& transaction, const std::string& sql) {
  return transaction.Execute(Statement("plans", sql.c_str(), true));
}

// One value of each type our stores bind. The tenant is whoever has a tenth of the rows.
const std::map<std::string, std::string>& Scalars() {
  static const std::map<std::string, std::string> values{
      {"uuid", "01970002-0000-7001-8000-000000000001"},
      {"text", "x"},
      {"smallint", "1"},
      {"integer", "50"},
      {"bigint", "50"},
      {"double precision", "1"},
      {"boolean", "true"},
      {"bytea", "\\x00"},
      {"date", "2026-01-01"},
      {"timestamp with time zone", "2026-01-01 00:00:00+00"},
      {"jsonb", "{}"},
      {"interval", "1 second"},
  };
  return values;
}

std::string Literal(const std::string& text, const std::string& type) { return "'" + text + "'::" + type; }

// The elements of an array differ where their type has enough values.
std::string Element(const std::string& value, const std::string& type, int number) {
  std::string digits = std::to_string(1000 + number);
  if (type == "uuid[]") return "0197" + digits + value.substr(8);
  if (type == "text[]") return value + digits;
  if (type == "bigint[]" || type == "integer[]") return std::to_string(number);
  return value[0] == '\\' ? "\\" + value : value;  // The backslash of a bytea is one of the array's, too.
}

Result<std::string> ValueOf(const std::string& sql, int position, const std::string& type) {
  const std::string parameter = "\\$" + std::to_string(position) + "\\b";
  if (type == "uuid" && (position == 1 || std::regex_search(sql, std::regex("tenant_id = " + parameter))))
    return Literal(kTenant, type);
  if (type == "uuid[]" && std::regex_search(sql, std::regex("tenant_id = ANY ?\\(" + parameter)))
    return Literal(std::string("{") + kTenant + "}", type);
  bool array = type.ends_with("[]");
  auto found = Scalars().find(array ? type.substr(0, type.size() - 2) : type);
  if (found == Scalars().end())
    return Internal("NO_VALUE", "tests/plans/planner.cc has no value of the type " + type + "; add one to Scalars()");
  if (!array) return Literal(found->second, type);
  std::string all;
  for (int i = 0; i < kArrayLength; ++i) all += (all.empty() ? "{\"" : "\",\"") + Element(found->second, type, i);
  return Literal(all + "\"}", type);
}

// A value is not part of a plan, nor the day of a partition.
std::string Reduced(std::string line) {
  static const std::regex literal("'(?:[^']|'')*'(?:::[a-z]+(?: [a-z]+)*(?:\\[\\])?)?|\\$\\d+");
  static const std::regex cast("\\(\\?\\)::[a-z]+(?: [a-z]+)*(?:\\[\\])?");
  static const std::regex day("feed_event_20[0-9]{6}");
  line = std::regex_replace(line, literal, "?");
  line = std::regex_replace(line, cast, "?");
  return std::regex_replace(line, day, "feed_event_DAY");
}

const std::regex& ScanLine() {
  static const std::regex scan(
      "(Seq Scan|Sample Scan|Index Scan|Index Only Scan|Index Scan Backward|Index Only Scan Backward)"
      "(?: using (\\S+))? on (\\S+)");
  return scan;
}

// Keeps nodes and index conditions; filters, sort keys and the like follow from the statement's text.
void Reduce(const std::vector<std::string>& text, const std::set<std::string>& large, const std::set<std::string>& partial,
            Plan& plan) {
  std::string reading;
  auto end_of_node = [&] {
    if (!reading.empty()) plan.whole.insert(reading);
    reading.clear();
  };
  for (const std::string& line : text) {
    size_t begin = line.find_first_not_of(' ');
    std::string_view rest = std::string_view(line).substr(begin);
    bool node = plan.lines.empty() || rest.starts_with("->");
    bool condition = rest.starts_with("Index Cond:");  // Of the node above it.
    bool label = rest.starts_with("InitPlan") || rest.starts_with("SubPlan") || rest.starts_with("CTE ");
    if (node) {
      end_of_node();
      std::smatch match;
      if (std::regex_search(line, match, ScanLine()) && large.contains(match[3]) && !partial.contains(match[2]))
        reading = match[3];
    }
    if (condition) reading.clear();
    if (node || condition || label) plan.lines.push_back(Reduced(line));
  }
  end_of_node();
}

// How PostgreSQL reads its own catalogue follows from the statistics it last took of it, not from an index of ours.
bool ReadsOnlyCatalogue(const Plan& plan) {
  static const std::regex relation(" (?:on|using) (\\w+)");
  int ours = 0, catalogue = 0;
  for (const std::string& line : plan.lines)
    for (std::sregex_iterator at(line.begin(), line.end(), relation), end; at != end; ++at)
      ++((*at)[1].str().starts_with("pg_") ? catalogue : ours);
  return catalogue > 0 && ours == 0;
}

bool IsPlanned(const std::string& sql) {
  for (const char* word : {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"})
    if (sql.starts_with(word)) return true;
  return false;
}

}  // namespace

Planner::Planner(testing::TestDatabase& database) : database_(database) {
  auto transaction = database.owner().Begin(Scope::Tenant(database.tenant()), Soon());
  VEFA_CHECK_OK(transaction);
  auto rows = Ask(*transaction, "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND reltuples >= " +
                                    std::to_string(kLargeFrom));
  VEFA_CHECK_OK(rows);
  for (int i = 0; i < rows->size(); ++i) large_.insert(rows->String(i, 0));
  auto partial = Ask(*transaction, "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL");
  VEFA_CHECK_OK(partial);
  for (int i = 0; i < partial->size(); ++i) partial_.insert(partial->String(i, 0));
}

std::vector<std::string> Planner::PlainIndexes() {
  auto transaction = database_.owner().Begin(Scope::Tenant(database_.tenant()), Soon());
  VEFA_CHECK_OK(transaction);
  auto rows = Ask(*transaction,
                  "SELECT c.relname::text, t.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                  " JOIN pg_class t ON t.oid = i.indrelid WHERE NOT i.indisunique AND NOT i.indisexclusion AND t.relkind = 'r' ORDER BY 1");
  VEFA_CHECK_OK(rows);
  std::vector<std::string> indexes;
  for (int i = 0; i < rows->size(); ++i)
    if (large_.contains(rows->String(i, 1))) indexes.push_back(rows->String(i, 0));
  return indexes;
}

Result<std::vector<std::string>> Planner::Types(Transaction& transaction, const std::string& prepared) {
  VEFA_TRY(Rows rows, Ask(transaction, "SELECT t::text FROM pg_prepared_statements p, unnest(p.parameter_types) "
                                       "WITH ORDINALITY AS u(t, n) WHERE p.name = '" + prepared + "' ORDER BY u.n"));
  std::vector<std::string> types;
  for (int i = 0; i < rows.size(); ++i) types.push_back(rows.String(i, 0));
  return types;
}

Result<Plan> Planner::ExplainAs(postgres::Database& role, const std::string& sql, const Asked& asked) {
  Scope scope = &role == &database_.pump() ? Scope::EveryTenant() : Scope::Tenant(*Uuid::Parse(kTenant));
  VEFA_TRY(Transaction transaction, role.Begin(scope, Soon()));
  for (const char* setting : kSettings) VEFA_TRY_OK(Ask(transaction, setting));
  if (asked.custom) VEFA_TRY_OK(Ask(transaction, "SET LOCAL plan_cache_mode = force_custom_plan"));
  std::string prepared = "plan_" + std::to_string(++prepared_);
  VEFA_TRY_OK(Ask(transaction, "PREPARE " + prepared + asked.types + " AS " + sql));
  VEFA_TRY(std::vector<std::string> types, Types(transaction, prepared));
  Plan plan;
  std::string values;
  for (size_t i = 0; i < types.size(); ++i) {
    int position = static_cast<int>(i) + 1;
    auto given = asked.values.find(position);
    std::string value;
    if (given != asked.values.end()) {
      value = given->second;
    } else {
      VEFA_TRY(value, ValueOf(sql, position, types[i]));
    }
    plan.heading += (i == 0 ? "" : ", ") + types[i];
    values += (i == 0 ? "(" : ", ") + value;
  }
  if (!values.empty()) values += ")";
  plan.heading = "(" + plan.heading + ")";
  std::vector<std::string> text;
  for (int use = 0; use < kUntilSettled; ++use) {
    VEFA_TRY(Rows rows, Ask(transaction, "EXPLAIN (COSTS OFF) EXECUTE " + prepared + values));
    text.clear();
    for (int i = 0; i < rows.size(); ++i) text.push_back(rows.String(i, 0));
  }
  Reduce(text, large_, partial_, plan);
  if (ReadsOnlyCatalogue(plan)) plan.lines = {"Reads PostgreSQL's own catalogue only"};
  return plan;
}

Result<Plan> Planner::Explain(const std::string& name, const std::string& sql, const Asked& asked, bool pump_first) {
  std::string full = asked.label.empty() ? name : name + " " + asked.label;
  Plan none{full, full + ": not a statement with a plan", {}, {}};
  if (!IsPlanned(sql)) return none;
  std::vector<std::pair<const char*, postgres::Database*>> roles{
      {"service", &database_.service()}, {"pump", &database_.pump()}, {"owner", &database_.owner()}};
  if (pump_first) std::swap(roles[0], roles[1]);
  for (auto& [role, database] : roles) {
    auto plan = ExplainAs(*database, sql, asked);
    if (!plan.ok()) {
      auto state = plan.error().metadata.find("sqlstate");
      bool not_allowed = state != plan.error().metadata.end() && state->second == "42501";
      if (not_allowed && database != &database_.owner()) continue;
      Error error = std::move(plan).error();
      error.message = full + " as " + role + ": " + error.message + " " + error.metadata["detail"];
      return error;
    }
    plan->name = full;
    plan->heading = full + plan->heading + " as " + role;
    return plan;
  }
  return Internal("NO_ROLE", "No role may run " + full);
}

}  // namespace vefa::plans
