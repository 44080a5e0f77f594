#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/contact_copies.h"
#include "vefa/contact/v1/interest_service.grpc.pb.h"

namespace vefa::contact {

// What people are interested in. Thread-safe.
class InterestService final : public v1::InterestService::CallbackService {
 public:
  // `copies` is copied; the others outlive it. `relay` is woken after each change; nullptr in tests without one.
  InterestService(const rpc::Door& door, postgres::Database& database, const ContactCopies& copies, events::Relay* relay,
                  const Clock& clock)
      : door_(door), database_(database), copies_(copies), relay_(relay), clock_(clock) {}

  grpc::ServerUnaryReactor* RecordInterestSignals(grpc::CallbackServerContext* context,
                                                  const v1::RecordInterestSignalsRequest* request,
                                                  v1::RecordInterestSignalsResponse* response) override;
  grpc::ServerUnaryReactor* ListInterests(grpc::CallbackServerContext* context, const v1::ListInterestsRequest* request,
                                          v1::ListInterestsResponse* response) override;
  grpc::ServerUnaryReactor* SetInterestHalfLife(grpc::CallbackServerContext* context, const v1::SetInterestHalfLifeRequest* request,
                                                v1::InterestHalfLife* response) override;
  grpc::ServerUnaryReactor* ListInterestHalfLives(grpc::CallbackServerContext* context,
                                                  const v1::ListInterestHalfLivesRequest* request,
                                                  v1::ListInterestHalfLivesResponse* response) override;

 private:
  Status Record(const rpc::CallContext& call, const v1::RecordInterestSignalsRequest& request,
                v1::RecordInterestSignalsResponse& response);
  Status List(const rpc::CallContext& call, const v1::ListInterestsRequest& request, v1::ListInterestsResponse& response);
  Status SetHalfLife(const rpc::CallContext& call, const v1::SetInterestHalfLifeRequest& request, v1::InterestHalfLife& response);
  Status ListHalfLives(const rpc::CallContext& call, v1::ListInterestHalfLivesResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  const ContactCopies copies_;
  events::Relay* relay_;
  const Clock& clock_;
};

}  // namespace vefa::contact
