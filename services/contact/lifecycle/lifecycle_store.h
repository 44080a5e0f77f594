#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/lifecycle/lifecycle.h"

// The SQL of the history of stages.
namespace vefa::contact {

struct LifecycleChange {
  LifecycleStage from = LifecycleStage::kNone, to = LifecycleStage::kNone;
  std::string reason, actor;
  int64_t contact_version = 0;
  Time change_time{};
  std::string rule{};  // `lifecycleRules/{code}`; empty when somebody did.
};

// The first step to a customer's stage begins the tenure.
Status AddLifecycleChange(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact,
                          const LifecycleChange& change);
// The latest first, at most 1,000; nullopt when there is no such contact.
Result<std::optional<std::vector<LifecycleChange>>> ListLifecycleChanges(postgres::Database& database, const Uuid& tenant,
                                                                         const Uuid& contact, Deadline deadline);

}  // namespace vefa::contact
