#include "services/interaction/interaction_service.h"

#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "services/interaction/score/score_proto.h"
#include "services/interaction/score/score_store.h"
#include "services/interaction/timeline/timeline_proto.h"
#include "services/interaction/timeline/timeline_store.h"

namespace vefa::interaction {
namespace {

constexpr int kBatchMax = 1000;
constexpr std::string_view kScoreSuffix = "/score";

// The contact of `contacts/{uuid}/score`.
Result<Uuid> ParseScoreName(std::string_view name) {
  if (name.ends_with(kScoreSuffix)) {
    auto contact = ParseResourceName("contacts", name.substr(0, name.size() - kScoreSuffix.size()));
    if (contact.ok()) return contact;
  }
  return InvalidArgument("NAME_SYNTAX", "Give the name as contacts/{uuid}/score.");
}

// The id after which a page begins; nothing on the first page.
Result<std::optional<Uuid>> ReadPosition(const std::string& secret, const std::string& scope,
                                         const std::string& token) {
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret, scope, token, 1));
  if (keys.empty()) return std::optional<Uuid>();
  VEFA_TRY(Uuid id, Uuid::Parse(keys.front()));
  return std::optional<Uuid>(id);
}

}  // namespace

grpc::ServerBidiReactor<v1::ImportOrdersRequest, v1::ImportOrdersResponse>* InteractionService::ImportOrders(
    grpc::CallbackServerContext* context) {
  return rpc::ServeChunks<v1::ImportOrdersRequest, v1::ImportOrdersResponse>(
      door_, context, "ImportOrders", [this](const rpc::CallContext& call, const v1::ImportOrdersRequest& request) {
        auto response = import_.Import(call, request);
        if (response.ok() && relay_ != nullptr) relay_->Wake();
        return response;
      });
}
grpc::ServerUnaryReactor* InteractionService::ListTimeline(grpc::CallbackServerContext* context,
                                                           const v1::ListTimelineRequest* request,
                                                           v1::ListTimelineResponse* response) {
  return rpc::Serve(door_, context, "ListTimeline",
                    [=, this](const rpc::CallContext& call) { return Timeline(call, *request, *response); });
}
grpc::ServerUnaryReactor* InteractionService::CreateScoringRun(grpc::CallbackServerContext* context,
                                                               const v1::CreateScoringRunRequest* request,
                                                               v1::ScoringRun* response) {
  return rpc::Serve(door_, context, "CreateScoringRun",
                    [=, this](const rpc::CallContext& call) { return CreateRun(call, *request, *response); });
}
grpc::ServerUnaryReactor* InteractionService::GetScoringRun(grpc::CallbackServerContext* context,
                                                            const v1::GetScoringRunRequest* request,
                                                            v1::ScoringRun* response) {
  return rpc::Serve(door_, context, "GetScoringRun",
                    [=, this](const rpc::CallContext& call) { return GetRun(call, *request, *response); });
}
grpc::ServerUnaryReactor* InteractionService::ListScoringRuns(grpc::CallbackServerContext* context,
                                                              const v1::ListScoringRunsRequest*,
                                                              v1::ListScoringRunsResponse* response) {
  return rpc::Serve(door_, context, "ListScoringRuns",
                    [=, this](const rpc::CallContext& call) { return Runs(call, *response); });
}
grpc::ServerUnaryReactor* InteractionService::GetScore(grpc::CallbackServerContext* context,
                                                       const v1::GetScoreRequest* request, v1::Score* response) {
  return rpc::Serve(door_, context, "GetScore",
                    [=, this](const rpc::CallContext& call) { return OneScore(call, *request, *response); });
}
grpc::ServerUnaryReactor* InteractionService::ListScores(grpc::CallbackServerContext* context,
                                                         const v1::ListScoresRequest* request,
                                                         v1::ListScoresResponse* response) {
  return rpc::Serve(door_, context, "ListScores",
                    [=, this](const rpc::CallContext& call) { return Scores(call, *request, *response); });
}
grpc::ServerUnaryReactor* InteractionService::BatchGetScores(grpc::CallbackServerContext* context,
                                                             const v1::BatchGetScoresRequest* request,
                                                             v1::BatchGetScoresResponse* response) {
  return rpc::Serve(door_, context, "BatchGetScores",
                    [=, this](const rpc::CallContext& call) { return BatchScores(call, *request, *response); });
}

Status InteractionService::Timeline(const rpc::CallContext& call, const v1::ListTimelineRequest& request,
                                    v1::ListTimelineResponse& response) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(int size, rpc::PageSize(request.page_size()));
  std::string scope = "ListTimeline|" + call.tenant.ToString() + "|" + contact.ToString();
  VEFA_TRY(auto before, ReadPosition(secret_, scope, request.page_token()));
  // One row more than asked for tells whether there is a next page.
  VEFA_TRY(auto entries, ReadTimeline(database_, call.tenant, contact, before, size + 1, call.deadline));
  if (static_cast<int>(entries.size()) > size) {
    entries.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {entries.back().id.ToString()}));
  }
  for (const TimelineEntry& entry : entries) *response.add_entries() = ToProto(entry);
  return Ok();
}

Status InteractionService::CreateRun(const rpc::CallContext& call, const v1::CreateScoringRunRequest& request,
                                     v1::ScoringRun& response) {
  ScoringRun wanted;
  std::vector<Violation> violations;
  wanted.id = NewUuidV7(clock_);
  wanted.slug = request.scoring_run_id();
  wanted.horizon_weeks = request.scoring_run().horizon_weeks();
  wanted.create_time = clock_.Now();
  auto as_of_day = DateFromProto(request.scoring_run().as_of_date());
  if (as_of_day.ok()) {
    wanted.as_of_day = *as_of_day;
  } else {
    violations.push_back({"scoring_run.as_of_date", as_of_day.error().reason, as_of_day.error().message});
  }
  CheckRequest(wanted, wanted.create_time, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(ScoringRun run,
           postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                   [&](postgres::Transaction& transaction) {
                                     return interaction::CreateRun(transaction, call.tenant, wanted);
                                   }));
  if (worker_ != nullptr) worker_->Wake();
  response = ToProto(run);
  return Ok();
}

Status InteractionService::GetRun(const rpc::CallContext& call, const v1::GetScoringRunRequest& request,
                                  v1::ScoringRun& response) {
  VEFA_TRY(std::string slug, ParseSlugName("scoringRuns", request.name()));
  VEFA_TRY(auto run, FindRun(database_, call.tenant, slug, call.deadline));
  if (!run.has_value()) return NotFound("SCORING_RUN_NOT_FOUND", "There is no such scoring run; check the name.");
  response = ToProto(*run);
  return Ok();
}

Status InteractionService::Runs(const rpc::CallContext& call, v1::ListScoringRunsResponse& response) {
  VEFA_TRY(auto runs, ListRuns(database_, call.tenant, call.deadline));
  for (const ScoringRun& run : runs) *response.add_scoring_runs() = ToProto(run);
  return Ok();
}

Status InteractionService::OneScore(const rpc::CallContext& call, const v1::GetScoreRequest& request,
                                    v1::Score& response) {
  VEFA_TRY(Uuid contact, ParseScoreName(request.name()));
  VEFA_TRY(auto scores, GetScores(database_, call.tenant, {contact}, call.deadline));
  if (scores.empty())
    return NotFound("SCORE_NOT_FOUND", "This contact has no score; it gets one by a scoring run after its first order.");
  response = ToProto(scores.front());
  return Ok();
}

Status InteractionService::Scores(const rpc::CallContext& call, const v1::ListScoresRequest& request,
                                  v1::ListScoresResponse& response) {
  VEFA_TRY(int size, rpc::PageSize(request.page_size()));
  std::string scope = "ListScores|" + call.tenant.ToString();
  VEFA_TRY(auto after, ReadPosition(secret_, scope, request.page_token()));
  // One row more than asked for tells whether there is a next page.
  VEFA_TRY(auto scores, ReadScores(database_, call.tenant, after.value_or(Uuid{}), size + 1, call.deadline));
  if (static_cast<int>(scores.size()) > size) {
    scores.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {scores.back().contact.ToString()}));
  }
  for (const Score& score : scores) *response.add_scores() = ToProto(score);
  return Ok();
}

Status InteractionService::BatchScores(const rpc::CallContext& call, const v1::BatchGetScoresRequest& request,
                                       v1::BatchGetScoresResponse& response) {
  if (request.contacts_size() > kBatchMax) return InvalidArgument("BATCH_TOO_LARGE", "Ask for at most 1,000 at once.");
  std::vector<Uuid> contacts;
  for (const std::string& name : request.contacts()) {
    VEFA_TRY(Uuid contact, ParseResourceName("contacts", name));
    contacts.push_back(contact);
  }
  VEFA_TRY(auto scores, GetScores(database_, call.tenant, contacts, call.deadline));
  for (const Score& score : scores) *response.add_scores() = ToProto(score);
  return Ok();
}

}  // namespace vefa::interaction
