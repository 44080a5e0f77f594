#pragma once

#include "libs/base/clock.h"
#include "libs/events/relay.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/interaction/order/order_import.h"
#include "services/interaction/score/scoring_worker.h"
#include "vefa/interaction/v1/interaction_service.grpc.pb.h"

namespace vefa::interaction {

// The gRPC surface: one override that queues the call, one method that does it. Thread-safe.
class InteractionService final : public v1::InteractionService::CallbackService {
 public:
  // `secret` signs page tokens. `relay` is woken after each commit and `worker` when a run was
  // asked for; nullptr in tests without one.
  InteractionService(const rpc::Door& door, postgres::Database& database, events::Relay* relay, ScoringWorker* worker,
                     const Clock& clock, std::string secret)
      : door_(door), database_(database), relay_(relay), worker_(worker), clock_(clock), secret_(std::move(secret)),
        import_(database, clock) {}

  grpc::ServerBidiReactor<v1::ImportOrdersRequest, v1::ImportOrdersResponse>* ImportOrders(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* ListTimeline(grpc::CallbackServerContext* context, const v1::ListTimelineRequest* request,
                                         v1::ListTimelineResponse* response) override;
  grpc::ServerUnaryReactor* CreateScoringRun(grpc::CallbackServerContext* context,
                                             const v1::CreateScoringRunRequest* request,
                                             v1::ScoringRun* response) override;
  grpc::ServerUnaryReactor* GetScoringRun(grpc::CallbackServerContext* context, const v1::GetScoringRunRequest* request,
                                          v1::ScoringRun* response) override;
  grpc::ServerUnaryReactor* ListScoringRuns(grpc::CallbackServerContext* context,
                                            const v1::ListScoringRunsRequest* request,
                                            v1::ListScoringRunsResponse* response) override;
  grpc::ServerUnaryReactor* GetScore(grpc::CallbackServerContext* context, const v1::GetScoreRequest* request,
                                     v1::Score* response) override;
  grpc::ServerUnaryReactor* ListScores(grpc::CallbackServerContext* context, const v1::ListScoresRequest* request,
                                       v1::ListScoresResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetScores(grpc::CallbackServerContext* context,
                                           const v1::BatchGetScoresRequest* request,
                                           v1::BatchGetScoresResponse* response) override;

 private:
  Status Timeline(const rpc::CallContext& call, const v1::ListTimelineRequest& request,
                  v1::ListTimelineResponse& response);
  Status CreateRun(const rpc::CallContext& call, const v1::CreateScoringRunRequest& request, v1::ScoringRun& response);
  Status GetRun(const rpc::CallContext& call, const v1::GetScoringRunRequest& request, v1::ScoringRun& response);
  Status Runs(const rpc::CallContext& call, v1::ListScoringRunsResponse& response);
  Status OneScore(const rpc::CallContext& call, const v1::GetScoreRequest& request, v1::Score& response);
  Status Scores(const rpc::CallContext& call, const v1::ListScoresRequest& request, v1::ListScoresResponse& response);
  Status BatchScores(const rpc::CallContext& call, const v1::BatchGetScoresRequest& request,
                     v1::BatchGetScoresResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  events::Relay* relay_;
  ScoringWorker* worker_;
  const Clock& clock_;
  const std::string secret_;
  OrderImport import_;
};

}  // namespace vefa::interaction
