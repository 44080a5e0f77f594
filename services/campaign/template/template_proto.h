#pragma once

#include "services/campaign/template/template.h"
#include "vefa/campaign/v1/campaign.pb.h"

namespace vefa::campaign {

// The part of a template that its caller chooses.
Template FromProto(const v1::Template& proto);
v1::Template ToProto(const Template& content);

}  // namespace vefa::campaign
