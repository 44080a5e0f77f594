#pragma once

#include "services/contact/lifecycle/lifecycle_store.h"
#include "vefa/contact/v1/lifecycle.pb.h"

namespace vefa::contact {

// For the contract.
v1::LifecycleChange ToProto(const LifecycleChange& change);

}  // namespace vefa::contact
