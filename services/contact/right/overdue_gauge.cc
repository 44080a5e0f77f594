#include "services/contact/right/overdue_gauge.h"

#include "services/contact/right/right_store.h"

namespace vefa::contact {
namespace {

constexpr std::chrono::seconds kOverdueEvery(30);
constexpr std::chrono::seconds kOverdueTimeout(5);

}  // namespace

OverdueGauge::OverdueGauge(postgres::Database& pump, telemetry::Metrics& metrics, const Clock& clock)
    : pump_(pump),
      clock_(clock),
      gauge_(metrics.AddGauge("vefa_contact_rights_requests_overdue",
                              "Open requests by a person's right that were due before now, of all tenants.")),
      loop_([this] { return Count(); }) {}

std::chrono::milliseconds OverdueGauge::Count() {
  auto count = CountOverdue(pump_, clock_.Now(), Deadline::After(kOverdueTimeout));
  if (count.ok()) gauge_.Set(static_cast<double>(*count));
  return kOverdueEvery;
}

}  // namespace vefa::contact
