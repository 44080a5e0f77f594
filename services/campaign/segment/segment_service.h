#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "vefa/campaign/v1/campaign_service.pb.h"

namespace vefa::campaign {

// What the RPCs on segments do. Thread-safe.
class SegmentService {
 public:
  // `secret` signs page tokens.
  SegmentService(postgres::Database& database, const Clock& clock, std::string secret)
      : database_(database), clock_(clock), secret_(std::move(secret)) {}

  Status Create(const rpc::CallContext& call, const v1::CreateSegmentRequest& request, v1::Segment& response);
  Status Get(const rpc::CallContext& call, const v1::GetSegmentRequest& request, v1::Segment& response);
  Status List(const rpc::CallContext& call, v1::ListSegmentsResponse& response);
  Status Count(const rpc::CallContext& call, const v1::CountSegmentRequest& request, v1::SegmentCount& response);
  Status Members(const rpc::CallContext& call, const v1::ListSegmentMembersRequest& request,
                 v1::ListSegmentMembersResponse& response);

 private:
  postgres::Database& database_;
  const Clock& clock_;
  const std::string secret_;
};

}  // namespace vefa::campaign
