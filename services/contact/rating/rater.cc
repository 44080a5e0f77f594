// Which contacts are rated when: those that changed, and each hour everybody, since points fade and manual stages are released by time alone.
#include "services/contact/rating/rater.h"

#include "services/contact/due.h"
#include "services/contact/rating/rating_definitions.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

constexpr std::chrono::seconds kPageTimeout(30);
constexpr std::chrono::hours kSweepContactsEvery(1);

const Statement kTakeDue{"rating_due_take", VEFA_TAKE_DUE("rating_due")};
const Statement kTakeSweep{"rating_sweep_take",
                           "SELECT swept_to, is_sweeping FROM rating_sweep WHERE tenant_id = $1 AND (is_sweeping OR next_time <= $2)"
                           " FOR UPDATE SKIP LOCKED"};
const Statement kSweepPage{"rating_sweep_page", "SELECT id FROM contact WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"};
const Statement kSweepOn{"rating_sweep_on",
                         "UPDATE rating_sweep SET swept_to = $2, is_sweeping = $3, next_time = $4 WHERE tenant_id = $1"};

std::vector<Uuid> IdsOfPage(const Rows& rows) {
  std::vector<Uuid> ids;
  for (int i = 0; i < rows.size(); ++i) ids.push_back(rows.Id(i, 0));
  return ids;
}

}  // namespace

template <typename Choose>
Result<int> Rater::RatePage(const Uuid& tenant, Choose choose) const {
  const Deadline deadline = Deadline::After(kPageTimeout);
  // Before the transaction: they take connections of their own.
  VEFA_TRY(auto sealer, keys_.ForTenant(tenant, deadline));
  VEFA_TRY(auto attributes, attributes_.ForTenant(tenant, deadline));
  std::vector<ContactVersion> changed;
  VEFA_TRY(int rated, postgres::InTransaction(
                          database_, postgres::Scope::Tenant(tenant), deadline,
                          [&](postgres::Transaction& transaction) -> Result<int> {
                            VEFA_TRY(Chosen chosen, choose(transaction));
                            if (chosen.empty()) return 0;
                            VEFA_TRY(RatingRules rules, ReadRules(transaction, tenant));
                            VEFA_TRY(changed, RateContacts(transaction, {*sealer, *attributes, clock_}, rules, chosen));
                            return static_cast<int>(chosen.size());
                          }));
  if (!changed.empty()) {
    copies_.Changed(tenant, changed);
    if (relay_ != nullptr) relay_->Wake();
  }
  return rated;
}

Result<int> Rater::RateDue(const Uuid& tenant) const {
  return RatePage(tenant, [&](postgres::Transaction& transaction) { return TakeDue(transaction, kTakeDue, tenant, kRatedAtOnce); });
}

Result<bool> Rater::SweepPage(const Uuid& tenant) const {
  bool swept = false;
  auto choose = [&](postgres::Transaction& transaction) -> Result<Chosen> {
    swept = false;
    VEFA_TRY(Rows sweep, transaction.Execute(kTakeSweep, Bound(tenant, clock_.Now())));
    if (sweep.empty()) return Chosen();
    swept = true;
    const Uuid from = sweep.Bool(0, 1) ? sweep.Id(0, 0) : Uuid();
    VEFA_TRY(Rows page, transaction.Execute(kSweepPage, Bound(tenant, from, kRatedAtOnce)));
    Chosen chosen = IdsOfPage(page);
    const bool more = chosen.size() == static_cast<size_t>(kRatedAtOnce);
    VEFA_TRY_OK(transaction.Execute(kSweepOn, Bound(tenant, more ? chosen.back() : Uuid(), more, clock_.Now() + kSweepContactsEvery)));
    return chosen;
  };
  VEFA_TRY_OK(RatePage(tenant, choose));
  return swept;
}

}  // namespace vefa::contact
