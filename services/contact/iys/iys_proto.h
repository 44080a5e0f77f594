#pragma once

#include "services/contact/iys/iys.h"
#include "vefa/contact/v1/iys_service.pb.h"

namespace vefa::contact {

v1::IysEntry ToProto(const IysEntry& entry);

}  // namespace vefa::contact
