#pragma once

#include <cstdint>

#include "libs/base/result.h"

// The stages of a relationship and the ways between them. Pure.
namespace vefa::contact {

// The numbers of LifecycleStage of the contract, and of the table.
enum class LifecycleStage : int16_t {
  kNone = 0, kStranger = 1, kLead = 2, kProspect = 3, kNewCustomer = 4, kActiveCustomer = 5, kLoyal = 6, kAdvocate = 7,
  kAtRisk = 8, kLapsed = 9, kWonBack = 10, kLost = 11
};

// Whether somebody may come from one stage to the other. Whom nobody placed yet may be put anywhere. The seven stages go
// forward only, over as many as are passed at once. At risk, lapsed and lost come after a first purchase, lost also before
// it; from there somebody is won back (at risk: is an active customer again or better), and from won back goes on as a customer.
bool MayMove(LifecycleStage from, LifecycleStage to);
// From new customer to advocate.
bool IsCustomer(LifecycleStage stage);

}  // namespace vefa::contact
