#include "services/contact/score/score_service.h"

#include <cstdio>
#include <cstdlib>

#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "services/contact/contact_change.h"
#include "services/contact/rating/rating_store.h"
#include "services/contact/rating/rating_texts.h"
#include "services/contact/score/score_proto.h"
#include "services/contact/sight/contact_sight.h"

namespace vefa::contact {
namespace {

constexpr char kScoresCollection[] = "scoreDefinitions";

Error NoSuchDefinition() { return NotFound("SCORE_DEFINITION_NOT_FOUND", "There is no such definition; list them."); }

// All its digits, so that a page begins where the last one ended.
std::string Digits(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

}  // namespace

grpc::ServerUnaryReactor* ScoreService::SetScoreDefinition(grpc::CallbackServerContext* context,
                                                           const v1::SetScoreDefinitionRequest* request, v1::ScoreDefinition* response) {
  return rpc::Serve(door_, context, "SetScoreDefinition",
                    [=, this](const rpc::CallContext& call) { return Set(call, *request, *response); });
}
grpc::ServerUnaryReactor* ScoreService::ListScoreDefinitions(grpc::CallbackServerContext* context, const v1::ListScoreDefinitionsRequest*,
                                                             v1::ListScoreDefinitionsResponse* response) {
  return rpc::Serve(door_, context, "ListScoreDefinitions",
                    [=, this](const rpc::CallContext& call) { return List(call, *response); });
}
grpc::ServerUnaryReactor* ScoreService::DeleteScoreDefinition(grpc::CallbackServerContext* context,
                                                              const v1::DeleteScoreDefinitionRequest* request,
                                                              v1::DeleteScoreDefinitionResponse*) {
  return rpc::Serve(door_, context, "DeleteScoreDefinition", [=, this](const rpc::CallContext& call) { return Delete(call, *request); });
}
grpc::ServerUnaryReactor* ScoreService::ListContactScores(grpc::CallbackServerContext* context,
                                                          const v1::ListContactScoresRequest* request,
                                                          v1::ListContactScoresResponse* response) {
  return rpc::Serve(door_, context, {"ListContactScores", request},
                    [=, this](const rpc::CallContext& call) { return OfContact(call, *request, *response); });
}
grpc::ServerUnaryReactor* ScoreService::ListScoredContacts(grpc::CallbackServerContext* context,
                                                           const v1::ListScoredContactsRequest* request,
                                                           v1::ListScoredContactsResponse* response) {
  return rpc::Serve(door_, context, "ListScoredContacts",
                    [=, this](const rpc::CallContext& call) { return Contacts(call, *request, *response); });
}

Status ScoreService::Set(const rpc::CallContext& call, const v1::SetScoreDefinitionRequest& request, v1::ScoreDefinition& response) {
  VEFA_TRY(std::string code, ParseSlugName(kScoresCollection, request.score_definition().name()));
  v1::ScoreDefinition said = request.score_definition();
  said.clear_name();
  said.clear_version();
  said.clear_etag();
  said.clear_update_time();
  std::vector<Violation> violations;
  CheckDefinition(said, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  const SettingOf setting{DefinitionKind::kScore, kScoresCollection, kScoreDefinitionsMax,
                          {Code::kResourceExhausted, "SCORE_DEFINITIONS_TOO_MANY", "A tenant has at most 10 definitions of scores; delete one."}};
  VEFA_TRY(response, SetDefinition(database_, call, setting, code, request.score_definition().etag(), said, clock_));
  if (loop_ != nullptr) loop_->Wake();
  return Ok();
}

Status ScoreService::List(const rpc::CallContext& call, v1::ListScoreDefinitionsResponse& response) {
  VEFA_TRY(auto definitions, ReadDefinitionsOf(database_, call.tenant, DefinitionKind::kScore, call.deadline));
  for (const Definition& definition : definitions)
    *response.add_score_definitions() = MessageOf<v1::ScoreDefinition>(definition, kScoresCollection);
  return Ok();
}

Status ScoreService::Delete(const rpc::CallContext& call, const v1::DeleteScoreDefinitionRequest& request) {
  VEFA_TRY(std::string code, ParseSlugName(kScoresCollection, request.name()));
  auto unused = [&](postgres::Transaction& transaction) -> Status {
    VEFA_TRY(RatingRules rules, ReadRules(transaction, call.tenant));
    for (const v1::LifecycleRule& rule : rules.lifecycle)
      if (rule.score_definition() == request.name())
        return Error{Code::kFailedPrecondition, "SCORE_DEFINITION_IN_USE", "A rule of the lifecycle asks for it: " + rule.name() + "."};
    return Ok();
  };
  VEFA_TRY_OK(DeleteDefinition(database_, call, DefinitionKind::kScore, code, NoSuchDefinition(), clock_, unused));
  if (loop_ != nullptr) loop_->Wake();
  return Ok();
}

Status ScoreService::OfContact(const rpc::CallContext& call, const v1::ListContactScoresRequest& request,
                               v1::ListContactScoresResponse& response) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(auto scores, ScoresOf(database_, call.tenant, contact, call.deadline));
  if (!scores) return NoSuchContact();
  for (const ShownScore& score : *scores) *response.add_scores() = ToProto(score);
  return Ok();
}

Status ScoreService::Contacts(const rpc::CallContext& call, const v1::ListScoredContactsRequest& request,
                              v1::ListScoredContactsResponse& response) {
  ScorePage page;
  VEFA_TRY(page.definition, ParseSlugName(kScoresCollection, request.definition()));
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  page.grade = request.grade();
  const std::string scope = "ListScoredContacts|" + call.tenant.ToString() + "|" + page.definition + "|" + page.grade;
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 2));
  if (!keys.empty()) {
    // A signed token holds what was put there.
    VEFA_TRY(Uuid id, Uuid::Parse(keys[1]));
    page.after = {std::strtod(keys[0].c_str(), nullptr), id};
  }
  VEFA_TRY(auto definitions, ReadDefinitionsOf(database_, call.tenant, DefinitionKind::kScore, call.deadline));
  bool known = false;
  for (const Definition& definition : definitions) known = known || definition.code == page.definition;
  if (!known) return NoSuchDefinition();
  // One row more than asked for tells whether there is a next page.
  const int wanted = page.size++;
  VEFA_TRY(auto scores, ListScored(database_, call.tenant, page, call.deadline));
  if (static_cast<int>(scores.size()) > wanted) {
    scores.pop_back();
    const ShownScore& last = scores.back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {Digits(last.counted.score), last.contact.ToString()}));
  }
  VEFA_TRY_OK(KeepSeen(database_, call.principal, scores, [](const ShownScore& score) { return score.contact; }, call.deadline));
  for (const ShownScore& score : scores) *response.add_scores() = ToProto(score);
  return Ok();
}

}  // namespace vefa::contact
