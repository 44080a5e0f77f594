#include "libs/events/verify.h"

#include <algorithm>

#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

constexpr std::chrono::seconds kCompareTimeout(600);

// The columns of a table and those of its primary key, in their order.
const Statement kColumns{
    "verify_columns",
    "SELECT a.attname::text, coalesce(a.attnum = ANY (i.indkey::int2[]), false) FROM pg_attribute a"
    " LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary"
    " WHERE a.attrelid = format('public.%I', $1::text)::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY "
    "a.attnum"};

// Whatever was applied live and not folded, and is not the handler's refusal, has lost its beginning.
std::string LeaveOutSql(const Shadow& shadow) {
  return "INSERT INTO " + shadow.Name("~left_out") + " SELECT l.tenant_id, l.subject FROM " +
         shadow.Name("applied_version~live") + " l LEFT JOIN " + shadow.Name("applied_version") +
         " s USING (consumer, tenant_id, subject) LEFT JOIN " + shadow.Name("~parked") +
         " p USING (tenant_id, subject)"
         " WHERE coalesce(s.version, 0) < l.version AND coalesce(p.kind, 'GAP') = 'GAP'";
}

// The comparison of one table, as SQL.
class TableComparison {
 public:
  TableComparison(Shadow& shadow, const std::string& table) : shadow_(shadow), table_(table) {}

  Status ReadColumns() {
    VEFA_TRY(Rows rows, shadow_.pump().Run(postgres::Scope::EveryTenant(), kColumns, Bound(table_),
                                           Deadline::After(kCompareTimeout)));
    const auto& ignored = shadow_.info().ignored_columns;
    for (int i = 0; i < rows.size(); ++i) {
      std::string name = rows.String(i, 0);
      if (rows.Bool(i, 1)) {
        keys_.push_back(name);
      } else if (std::find(ignored.begin(), ignored.end(), table_ + "." + name) == ignored.end()) {
        others_.push_back(name);
      }
    }
    return Ok();
  }

  std::string CountSql() const { return "SELECT count(*) FROM " + Live() + Within(); }
  // Rows the live table lacks and rows it should not have.
  std::string DifferenceSql() const {
    return With() + " SELECT (SELECT count(*) FROM missing), (SELECT count(*) FROM unexpected)";
  }
  // The first of them: which, and in what they differ.
  std::string NamesSql() const {
    std::string names, differing, using_keys;
    for (const std::string& key : keys_) {
      std::string quoted = QuotedName(key);
      names += std::string(names.empty() ? "" : " || ', ' || ") + "'" + key + "=' || " + quoted + "::text";
      using_keys += (using_keys.empty() ? "" : ", ") + quoted;
    }
    for (const std::string& other : others_)
      differing += ", CASE WHEN m." + QuotedName(other) + " IS DISTINCT FROM u." + QuotedName(other) + " THEN '" +
                   other + "' END";
    return With() + " SELECT " + names + ", m.here, u.here, concat_ws(', '" + (differing.empty() ? ", ''" : differing) +
           ") FROM (SELECT true AS here, * FROM missing) m FULL JOIN (SELECT true AS here, * FROM unexpected) u USING "
           "(" +
           using_keys + ") ORDER BY " + using_keys + " LIMIT $1";
  }
  const std::string& table() const { return table_; }

 private:
  std::string Live() const { return shadow_.Name(table_ + "~live"); }
  std::string Columns() const {
    std::string columns;
    for (const auto* names : {&keys_, &others_})
      for (const std::string& name : *names) columns += (columns.empty() ? "" : ", ") + QuotedName(name);
    return columns;
  }
  std::string Within() const {
    auto subject = shadow_.info().row_subjects.find(table_);
    std::string out = shadow_.Name("~left_out");
    if (subject == shadow_.info().row_subjects.end())
      return " WHERE tenant_id NOT IN (SELECT tenant_id FROM " + out + ")";
    return " WHERE (tenant_id, " + subject->second + ") NOT IN (SELECT tenant_id, subject FROM " + out + ")";
  }
  std::string With() const {
    std::string live = "SELECT " + Columns() + " FROM " + Live() + Within();
    std::string folded = "SELECT " + Columns() + " FROM " + shadow_.Name(table_) + Within();
    return "WITH missing AS (" + folded + " EXCEPT ALL " + live + "), unexpected AS (" + live + " EXCEPT ALL " +
           folded + ")";
  }

  Shadow& shadow_;
  const std::string table_;
  std::vector<std::string> keys_, others_;
};

Result<Rows> RunOnce(Shadow& shadow, const char* name, const std::string& sql, postgres::Params params) {
  Statement statement{name, sql.c_str(), true};
  VEFA_TRY_OK(shadow.Renew(shadow.run().events, kCompareTimeout));
  VEFA_TRY(std::vector<Rows> rows, shadow.Run({{&statement, std::move(params)}}, kCompareTimeout));
  return std::move(rows.front());
}

Status Compare(Shadow& shadow, const std::string& table, ProjectionRun& run) {
  TableComparison comparison(shadow, table);
  VEFA_TRY_OK(comparison.ReadColumns());
  VEFA_TRY(Rows count, RunOnce(shadow, "verify_count", comparison.CountSql(), {}));
  VEFA_TRY(Rows difference, RunOnce(shadow, "verify_difference", comparison.DifferenceSql(), {}));
  int64_t missing = difference.Int64(0, 0);
  int64_t unexpected = difference.Int64(0, 1);
  run.rows_compared += count.Int64(0, 0);
  run.rows_missing += missing;
  run.rows_unexpected += unexpected;
  int room = kDifferencesMax - static_cast<int>(run.differences.size());
  if (missing + unexpected == 0 || room <= 0) return Ok();
  VEFA_TRY(Rows rows, RunOnce(shadow, "verify_names", comparison.NamesSql(), Bound(static_cast<int64_t>(room))));
  for (int i = 0; i < rows.size(); ++i) {
    std::string what = rows.IsNull(i, 2)   ? "is missing"
                       : rows.IsNull(i, 1) ? "is not expected"
                                           : "differs in " + rows.String(i, 3);
    run.differences.push_back(table + ": " + rows.String(i, 0) + " " + what);
  }
  return Ok();
}

Status FoldAndCompare(const RunContext& context, Shadow& shadow, ProjectionRun& run) {
  VEFA_TRY_OK(shadow.Make());
  VEFA_TRY_OK(shadow.Capture());
  VEFA_TRY_OK(FoldAll(context, shadow, run));
  VEFA_TRY(Rows left_out, RunOnce(shadow, "verify_leave_out", LeaveOutSql(shadow), {}));
  run.subjects_unverifiable = left_out.affected();
  run.rows_compared = run.rows_missing = run.rows_unexpected = 0;
  run.differences.clear();
  for (const std::string& table : context.info.tables) VEFA_TRY_OK(Compare(shadow, table, run));
  return shadow.Drop();
}

}  // namespace

Status Verify(const RunContext& context, ProjectionRun& run) {
  Shadow shadow(context.pump, context.info, run, context.owner);
  return Clean(shadow, FoldAndCompare(context, shadow, run));
}

}  // namespace vefa::events
