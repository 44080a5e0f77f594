#include "services/contact/retention/retention_runner.h"

#include "services/contact/contact_erase.h"

namespace vefa::contact {

Status RetentionRunner::Step(const Uuid& tenant, const RetentionRule& rule, int32_t limit, Deadline deadline, RetentionStep& step,
                             const std::function<bool()>& goes_on) const {
  VEFA_TRY(auto sealer, keys_.ForTenant(tenant, deadline));
  const Time cut = CutOf(rule, clock_.Now());
  VEFA_TRY(auto found, FindUntouched(database_, tenant, rule, cut, false, limit, deadline));
  step.more = static_cast<int32_t>(found.size()) == limit;
  Status erased = Ok();
  for (const Untouched& one : found) {
    // What is done is done, and the next step goes on.
    if (deadline.Passed() || (goes_on && !goes_on())) {
      step.more = true;
      break;
    }
    erased = Erase(tenant, *sealer, rule, one.contact, cut, deadline, step);
    if (!erased.ok()) break;
  }
  if (step.erased > 0 && relay_ != nullptr) relay_->Wake();
  return erased;
}

Status RetentionRunner::Erase(const Uuid& tenant, const Sealer& sealer, const RetentionRule& rule, const Uuid& contact, Time cut,
                              Deadline deadline, RetentionStep& step) const {
  VEFA_TRY(bool still, IsUntouched(database_, tenant, rule, cut, contact, deadline));
  Result<std::optional<Erased>> erased = std::optional<Erased>();
  if (still) erased = EraseContact(database_, sealer, contact, ReasonOf(rule), clock_, deadline);
  const bool refused = !erased.ok() && (erased.error().reason == "LEGAL_HOLD" || erased.error().reason == "CONTACT_MERGED");
  if (!erased.ok() && !refused) return std::move(erased).error();
  if (refused || !erased->has_value()) {
    ++step.skipped;
    return Ok();
  }
  ++step.erased;
  copies_.Changed(tenant, {{contact, (*erased)->version}});
  copies_.Changed(tenant, (*erased)->parts);
  return Ok();
}

Result<bool> RetentionRunner::IsForTooMany(const Uuid& tenant, const RetentionRule& rule, Deadline deadline) const {
  // Counted as far as it makes a difference.
  VEFA_TRY(int64_t kept, CountKept(database_, tenant, kScheduledPart * kScheduledErasedMax, deadline));
  const int64_t most = ScheduledMax(kept);
  VEFA_TRY(int64_t free, CountFree(database_, tenant, rule, CutOf(rule, clock_.Now()), most + 1, deadline));
  return free > most;
}

}  // namespace vefa::contact
