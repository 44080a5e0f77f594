#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/ctl/api.h"
#include "services/ctl/verbs.h"

// What the operator's verbs share: signing in, the services, tables.
namespace vefa::ctl {

// An operator wants an answer or an error, not a long wait.
inline constexpr std::chrono::seconds kOperatorPatience(10);

// Services with a ledger, and with consumers.
inline const std::vector<std::string> kLedgerServices{"contact", "interaction", "campaign", "notification"};
inline const std::vector<std::string> kConsumerServices{"contact", "interaction", "campaign", "notification", "gateway"};

// Signs in by VEFA_CREDENTIALS and runs `work`; prints its error.
int WithApi(const std::function<Status(Api&)>& work);
// Only the service named, or all of them when none is.
std::vector<std::string> Chosen(const std::string& service, const std::vector<std::string>& all);
// The service a consumer belongs to: `interaction` of `interaction.timeline.v1`.
std::string ServiceOfConsumer(const std::string& consumer);
// `/v1/operations/<service>/<rest>`.
std::string OperationsPath(const std::string& service, const std::string& rest);
// `12 s`, `3 min`, `5 h`, `2 d`.
std::string Age(double seconds);

}  // namespace vefa::ctl
