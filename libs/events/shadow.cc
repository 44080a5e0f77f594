#include "libs/events/shadow.h"

#include <algorithm>

namespace vefa::events {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

// How long a run is ours without a sign of life.
constexpr std::chrono::seconds kLease(60);
constexpr std::chrono::seconds kMakeTimeout(60);
// Copying what is live reads it all once.
constexpr std::chrono::seconds kCaptureTimeout(600);

const Statement kDeclared{"shadow_declared",
                          "SELECT table_name FROM projection_table WHERE consumer = $1 ORDER BY table_name"};
const Statement kMake{"shadow_make", "SELECT make_shadow($1, $2)"};
const Statement kDrop{"shadow_drop", "SELECT drop_shadow($1)"};
const Statement kTenants{"shadow_tenants", "SELECT t FROM projection_tenants($1) t ORDER BY t"};
// Losing the last moments in a crash costs nothing: the run begins anew. A batch asks for hundreds of rows by their keys, of tables
// that were empty when its plan was made and have no statistics: joined in another way than by index, each batch reads them whole.
const Statement kPath{"shadow_path",
                      "SELECT set_config('search_path', $1, true), set_config('synchronous_commit', 'off', true),"
                      " set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
                      " set_config('enable_mergejoin', 'off', true), set_config('enable_material', 'off', true)"};
const Statement kFence{
    "shadow_fence",
    "UPDATE projection_run SET events = $3, lease_until = clock_timestamp() + make_interval(secs => $4)"
    " WHERE id = $1 AND lease_owner = $2 AND state = 2"};

Error RunLost() {
  return {Code::kAborted, "RUN_LOST", "The run was taken over by another process, which goes on with it."};
}

}  // namespace

std::string QuotedName(const std::string& name) {
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"') quoted += c;
    quoted += c;
  }
  return quoted + '"';
}

std::string Shadow::Name(const std::string& table) const {
  return QuotedName("shadow_" + info_.consumer) + "." + QuotedName(table);
}

Status Shadow::Make() {
  VEFA_TRY(Rows declared,
           pump_.Run(Scope::EveryTenant(), kDeclared, Bound(info_.consumer), Deadline::After(kMakeTimeout)));
  std::vector<std::string> tables = info_.tables;
  std::sort(tables.begin(), tables.end());
  bool is_same = declared.size() == static_cast<int>(tables.size());
  for (int i = 0; is_same && i < declared.size(); ++i)
    is_same = declared.String(i, 0) == tables[static_cast<size_t>(i)];
  if (!is_same)
    return Error{Code::kFailedPrecondition, "PROJECTION_UNDECLARED",
                 "The tables of " + info_.consumer + " are not those its migrations declare by declare_projection."};
  VEFA_TRY_OK(Renew(0, kMakeTimeout));
  VEFA_TRY(Rows made, pump_.Run(Scope::EveryTenant(), kMake, Bound(info_.consumer, run_.kind == RunKind::kRebuild),
                                Deadline::After(kMakeTimeout)));
  path_ = made.String(0, 0);
  return Ok();
}

Status Shadow::Capture() {
  VEFA_TRY_OK(Renew(0, kCaptureTimeout));
  VEFA_TRY(Rows tenants,
           pump_.Run(Scope::EveryTenant(), kTenants, Bound(info_.consumer), Deadline::After(kCaptureTimeout)));
  tenants_.clear();
  for (int i = 0; i < tenants.size(); ++i) tenants_.push_back(tenants.Id(i, 0));
  // One statement is one snapshot: rows, watermarks and positions of the same moment.
  std::string sql = "WITH marks AS (INSERT INTO " + Name("applied_version~live") +
                    " SELECT * FROM public.applied_version WHERE consumer = $1)";
  for (size_t i = 0; run_.kind == RunKind::kVerify && i < info_.tables.size(); ++i)
    sql += ", rows_" + std::to_string(i) + " AS (INSERT INTO " + Name(info_.tables[i] + "~live") +
           " SELECT * FROM public." + QuotedName(info_.tables[i]) + ")";
  sql +=
      " SELECT clock_timestamp(), topic, part, next_offset FROM (SELECT) one"
      " LEFT JOIN public.consumer_position ON consumer = $1";
  Statement capture{"shadow_capture", sql.c_str(), true};
  VEFA_TRY(std::vector<Rows> captured, Run({{&capture, Bound(info_.consumer)}}, kCaptureTimeout));
  positions_.clear();
  const Rows& rows = captured[0];
  capture_time_ = rows.Timestamp(0, 0);
  for (int i = 0; i < rows.size(); ++i)
    if (!rows.IsNull(i, 1)) positions_[{rows.String(i, 1), rows.Int32(i, 2)}] = rows.Int64(i, 3);
  return Ok();
}

Status Shadow::Drop() {
  VEFA_TRY(postgres::Transaction transaction, Begin({}, run_.events, Deadline::After(kMakeTimeout)));
  VEFA_TRY_OK(transaction.Execute(kDrop, Bound(info_.consumer)));
  return transaction.Commit();
}

Result<postgres::Transaction> Shadow::Begin(const std::vector<Uuid>& tenants, int64_t events, Deadline deadline) {
  VEFA_TRY(postgres::Transaction transaction, pump_.Begin(Scope::Tenants(tenants), deadline));
  std::vector<Call> calls;
  calls.push_back({&kPath, Bound(path_)});
  calls.push_back({&kFence, Bound(run_.id, owner_, events, static_cast<double>(kLease.count()))});
  VEFA_TRY(std::vector<Rows> rows, transaction.ExecuteAll(std::move(calls)));
  if (rows[1].affected() != 1) return RunLost();
  return transaction;
}

Status Shadow::Renew(int64_t events, std::chrono::seconds lasts) {
  VEFA_TRY(Rows rows, pump_.Run(Scope::EveryTenant(), kFence,
                                Bound(run_.id, owner_, events, static_cast<double>((lasts + kLease).count())),
                                Deadline::After(kLease)));
  if (rows.affected() != 1) return RunLost();
  return Ok();
}

Result<std::vector<Rows>> Shadow::Run(std::vector<Call> calls, std::chrono::seconds timeout) {
  return pump_.Run(Scope::Tenants(tenants_), std::move(calls), Deadline::After(timeout));
}

}  // namespace vefa::events
