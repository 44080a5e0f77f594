#include "libs/rpc/as_of.h"

namespace vefa::rpc {
namespace {

constexpr int kFoldPage = 500;

const postgres::Statement kStored{
    "as_of_stored",
    "SELECT version, record_time, erased, state FROM aggregate_state WHERE tenant_id = $1 AND subject = $2"};

bool IsBeyond(const Moment& moment, int64_t version, Time record_time) {
  if (moment.version > 0) return version > moment.version;
  return moment.record_time && record_time > *moment.record_time;
}

// The stored state as a beginning; none when there is none or it is newer than what is asked for.
Result<bool> BeginFromStored(postgres::Database& service, const Uuid& tenant, const std::string& subject,
                             const Moment& moment, SubjectState& at, Deadline deadline) {
  VEFA_TRY(postgres::Rows rows,
           service.Run(postgres::Scope::Tenant(tenant), kStored, postgres::Bound(tenant, subject), deadline));
  if (rows.empty() || IsBeyond(moment, rows.Int64(0, 0), rows.Timestamp(0, 1))) return false;
  at.version = rows.Int64(0, 0);
  at.record_time = rows.Timestamp(0, 1);
  at.erased = rows.Bool(0, 2);
  if (!at.state->ParseFromString(rows.String(0, 3)))
    return Error{Code::kDataLoss, "STATE_UNREADABLE", "The stored state is damaged; rebuild the projection of states."};
  return true;
}

// Folds a page; false when the moment was reached.
Result<bool> FoldPage(const StateRule& rule, const std::vector<events::Event>& page, const Moment& moment,
                      SubjectState& at) {
  for (const events::Event& event : page) {
    if (IsBeyond(moment, event.aggregate_version, event.record_time)) return false;
    VEFA_TRY_OK(rule.fold(event, *at.state, at.erased));
    at.version = event.aggregate_version;
    at.record_time = event.record_time;
  }
  return true;
}

}  // namespace

Result<SubjectState> FoldAsOf(Ledger& ledger, postgres::Database& service, const StateRule& rule, const Uuid& tenant,
                              const std::string& subject, const Moment& moment, Deadline deadline) {
  SubjectState at;
  at.state.reset(rule.prototype->New());
  int64_t newest = 0;
  bool from_stored = false;
  for (int64_t next = 1; next != 0;) {
    auto page = ledger.Fetch(tenant, subject, next, moment.version, kFoldPage, deadline);
    if (!page.ok()) {
      if (page.error().reason != "EVENTS_DROPPED" || from_stored) return std::move(page).error();
      VEFA_TRY(from_stored, BeginFromStored(service, tenant, subject, moment, at, deadline));
      if (!from_stored) return std::move(page).error();
      next = at.version + 1;
      continue;
    }
    newest = page->newest;
    VEFA_TRY(bool more, FoldPage(rule, page->events, moment, at));
    next = more ? page->next : 0;
  }
  if (moment.version > newest)
    return Error{Code::kOutOfRange, "VERSION_UNKNOWN",
                 "The newest version of " + subject + " is " + std::to_string(newest) + "; ask for it or an earlier one."};
  return at;
}

}  // namespace vefa::rpc
