#include "services/contact/relationship/unaccountable_gauge.h"

#include "services/contact/relationship/relationship_store.h"

namespace vefa::contact {
namespace {

constexpr std::chrono::seconds kCountEvery(30);
constexpr std::chrono::seconds kCountTimeout(5);

}  // namespace

UnaccountableGauge::UnaccountableGauge(postgres::Database& pump, telemetry::Metrics& metrics)
    : pump_(pump),
      gauge_(metrics.AddGauge("vefa_contact_relationships_unaccountable",
                              "Active relationships that nobody is accountable for, of all tenants.")),
      loop_([this] { return Count(); }) {}

std::chrono::milliseconds UnaccountableGauge::Count() {
  auto count = CountUnaccountable(pump_, Deadline::After(kCountTimeout));
  if (count.ok()) gauge_.Set(static_cast<double>(*count));
  return kCountEvery;
}

}  // namespace vefa::contact
