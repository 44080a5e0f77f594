#pragma once

#include "services/campaign/segment/predicate.h"
#include "services/campaign/segment/segment.h"
#include "vefa/campaign/v1/campaign.pb.h"

// Between the messages of the contract and the domain.
namespace vefa::campaign {

// The tree as it came, unchecked.
Predicate FromProto(const v1::Predicate& proto);

// The canonical tree of a predicate that was checked and stored.
Predicate ReadStored(const std::string& predicate);

v1::Segment ToProto(const Segment& segment);
v1::SegmentCount ToProto(const SegmentSize& size);

}  // namespace vefa::campaign
