#include "services/contact/lifecycle/lifecycle.h"

namespace vefa::contact {
namespace {

bool IsOnTheWay(LifecycleStage stage) { return stage >= LifecycleStage::kStranger && stage <= LifecycleStage::kAdvocate; }

}  // namespace

bool IsCustomer(LifecycleStage stage) { return stage >= LifecycleStage::kNewCustomer && stage <= LifecycleStage::kAdvocate; }

bool MayMove(LifecycleStage from, LifecycleStage to) {
  using enum LifecycleStage;
  if (to == kNone) return false;
  if (from == kNone) return true;
  if (to == kLost) return from != kLost;
  switch (from) {
    case kAtRisk: return to == kLapsed || (IsCustomer(to) && to != kNewCustomer);
    case kLapsed: case kLost: return to == kWonBack;
    case kWonBack: return to == kAtRisk || to == kLapsed || (IsCustomer(to) && to != kNewCustomer);
    default: break;
  }
  if (IsOnTheWay(to)) return to > from;
  return IsCustomer(from) && (to == kAtRisk || to == kLapsed);
}

}  // namespace vefa::contact
