#include "services/ctl/migrations.h"

#include "libs/base/check.h"

// Embedded at build time from each service's own folder.
std::vector<vefa::postgres::Migration> vefa_ctl_events_migrations();
std::vector<vefa::postgres::Migration> vefa_ctl_contact_migrations();
std::vector<vefa::postgres::Migration> vefa_ctl_interaction_migrations();
std::vector<vefa::postgres::Migration> vefa_ctl_campaign_migrations();
std::vector<vefa::postgres::Migration> vefa_ctl_notification_migrations();
std::vector<vefa::postgres::Migration> vefa_ctl_gateway_migrations();

namespace vefa::ctl {
namespace {

std::vector<postgres::Migration> OwnOf(const std::string& service) {
  if (service == "contact") return vefa_ctl_contact_migrations();
  if (service == "interaction") return vefa_ctl_interaction_migrations();
  if (service == "campaign") return vefa_ctl_campaign_migrations();
  if (service == "notification") return vefa_ctl_notification_migrations();
  if (service == "gateway") return vefa_ctl_gateway_migrations();
  CheckFailed("the command line lets only known services through", __FILE__, __LINE__);
}

}  // namespace

std::vector<postgres::Migration> MigrationsOf(const std::string& service) {
  std::vector<postgres::Migration> all = vefa_ctl_events_migrations();
  for (const postgres::Migration& own : OwnOf(service)) all.push_back(own);
  return all;
}

}  // namespace vefa::ctl
