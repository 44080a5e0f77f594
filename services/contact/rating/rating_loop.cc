#include "services/contact/rating/rating_loop.h"

#include "libs/telemetry/log.h"
#include "services/contact/due.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

// What another replica wrote down is found so soon.
constexpr std::chrono::seconds kLookEvery(5);
constexpr std::chrono::seconds kRateAgain(10);
constexpr std::chrono::seconds kLookTimeout(30);
constexpr int kPagesInTurn = 20;  // Of one tenant's sweep, before the next tenant has its turn.

const Statement kToRate{"rating_tenants",
                        "SELECT s.tenant_id FROM rating_sweep s WHERE s.is_sweeping OR s.next_time <= $1"
                        " OR (SELECT true FROM rating_due d WHERE d.tenant_id = s.tenant_id ORDER BY d.contact_id LIMIT 1) ORDER BY s.tenant_id"};
const Statement kPutDue{"rating_due_put", VEFA_PUT_DUE("rating_due", "rating_sweep")};

// Whether an event about a contact tells of something that ratings ask for.
Result<bool> IsRated(const events::Event& event) {
  if (event.type.starts_with("contact.") || event.type.starts_with("contact_point.") || event.type == "interests.changed") return true;
  if (event.type != "lifecycle.changed") return false;
  v1::ContactEvent change;
  if (!change.ParseFromString(event.payload) || !change.has_lifecycle_changed()) return events::PayloadMalformed();
  return change.lifecycle_changed().rule().empty();
}

}  // namespace

Status RatingHandler::Apply(postgres::Transaction& transaction, std::span<const events::Event> events) {
  return PutDue(transaction, kPutDue, events, IsRated);
}

RatingLoop::RatingLoop(postgres::Database& pump, const Rater& rater, const Clock& clock, telemetry::Metrics& metrics, bool on)
    : pump_(pump),
      rater_(rater),
      clock_(clock),
      rated_(metrics.AddCounter("vefa_contact_rated_total", "Contacts that changed and were rated since.")) {
  if (on) loop_ = std::make_unique<runtime::Loop>([this] { return Step(); });
}

Result<bool> RatingLoop::RateTenant(const Uuid& tenant) {
  for (int pages = 0; pages < kPagesInTurn && !stopping();) {
    // Those that changed do not wait for a sweep.
    VEFA_TRY(int due, rater_.RateDue(tenant));
    rated_.Add(due);
    if (due > 0) continue;
    VEFA_TRY(bool swept, rater_.SweepPage(tenant));
    if (!swept) return false;
    ++pages;
  }
  return true;
}

Status RatingLoop::RateAll() {
  Status all = Ok();
  for (bool more = true; more && !stopping();) {
    more = false;
    VEFA_TRY(Rows tenants, pump_.Run(Scope::EveryTenant(), kToRate, Bound(clock_.Now()), Deadline::After(kLookTimeout)));
    for (int i = 0; i < tenants.size() && !stopping(); ++i) {
      auto rated = RateTenant(tenants.Id(i, 0));
      // One tenant's trouble is not the next one's.
      if (!rated.ok()) all = rated.error();
      more = more || (rated.ok() && *rated);
    }
  }
  return all;
}

std::chrono::milliseconds RatingLoop::Step() {
  Status rated = RateAll();
  if (rated.ok()) return kLookEvery;
  telemetry::Warn("contacts were not rated", {{"reason", rated.error().reason}});
  return kRateAgain;
}

}  // namespace vefa::contact
