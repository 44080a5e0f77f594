#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "libs/rpc/door.h"
#include "services/contact/rating/rating_loop.h"
#include "vefa/contact/v1/score_service.grpc.pb.h"

namespace vefa::contact {

// What contacts are worth. Thread-safe.
class ScoreService final : public v1::ScoreService::CallbackService {
 public:
  // All outlive it. `loop` is woken after each change of a definition; nullptr in tests without one. `secret` signs page tokens.
  ScoreService(const rpc::Door& door, postgres::Database& database, RatingLoop* loop, const Clock& clock, std::string secret)
      : door_(door), database_(database), loop_(loop), clock_(clock), secret_(std::move(secret)) {}

  grpc::ServerUnaryReactor* SetScoreDefinition(grpc::CallbackServerContext* context, const v1::SetScoreDefinitionRequest* request,
                                               v1::ScoreDefinition* response) override;
  grpc::ServerUnaryReactor* ListScoreDefinitions(grpc::CallbackServerContext* context, const v1::ListScoreDefinitionsRequest* request,
                                                 v1::ListScoreDefinitionsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteScoreDefinition(grpc::CallbackServerContext* context, const v1::DeleteScoreDefinitionRequest* request,
                                                  v1::DeleteScoreDefinitionResponse* response) override;
  grpc::ServerUnaryReactor* ListContactScores(grpc::CallbackServerContext* context, const v1::ListContactScoresRequest* request,
                                              v1::ListContactScoresResponse* response) override;
  grpc::ServerUnaryReactor* ListScoredContacts(grpc::CallbackServerContext* context, const v1::ListScoredContactsRequest* request,
                                               v1::ListScoredContactsResponse* response) override;

 private:
  Status Set(const rpc::CallContext& call, const v1::SetScoreDefinitionRequest& request, v1::ScoreDefinition& response);
  Status List(const rpc::CallContext& call, v1::ListScoreDefinitionsResponse& response);
  Status Delete(const rpc::CallContext& call, const v1::DeleteScoreDefinitionRequest& request);
  Status OfContact(const rpc::CallContext& call, const v1::ListContactScoresRequest& request, v1::ListContactScoresResponse& response);
  Status Contacts(const rpc::CallContext& call, const v1::ListScoredContactsRequest& request, v1::ListScoredContactsResponse& response);

  const rpc::Door& door_;
  postgres::Database& database_;
  RatingLoop* loop_;
  const Clock& clock_;
  const std::string secret_;
};

// Adds every broken rule, fields under `score_definition.`; texts are tidied.
void CheckDefinition(v1::ScoreDefinition& definition, std::vector<Violation>& violations);

}  // namespace vefa::contact
