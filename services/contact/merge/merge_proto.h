#pragma once

#include "services/contact/merge/merge.h"
#include "vefa/contact/v1/merge.pb.h"

namespace vefa::contact {

// For the contract, without the survivor.
v1::Merge ToProto(const Merge& merge);

}  // namespace vefa::contact
