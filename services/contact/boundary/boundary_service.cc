#include "services/contact/boundary/boundary_service.h"

#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "services/contact/boundary/boundary_proto.h"
#include "services/contact/party/party_store.h"
#include "services/contact/relationship/relationship_hold.h"

namespace vefa::contact {
namespace {

constexpr int kQuestionsMax = 1000;

// An answer is about what the boundary is about: erased with a person.
std::string AboutOf(const v1::Boundary& boundary) { return boundary.about(); }

// Holds what a boundary is to be about.
Status HoldAbout(postgres::Transaction& transaction, const Uuid& tenant, const Party& about) {
  if (about.kind != Party::Kind::kRelationship) return HoldParties(transaction, tenant, {about});
  VEFA_TRY(HeldRelationship held, HoldToWrite(transaction, tenant, about.id, OfErased::kRefused));
  return CheckNotEnded(held.relationship);
}

}  // namespace

#define VEFA_SERVE(method, Request, Response, handler)                                                          \
  grpc::ServerUnaryReactor* BoundaryService::method(grpc::CallbackServerContext* context,                       \
                                                    const v1::Request* request, v1::Response* response) {       \
    return rpc::Serve(door_, context, {#method, request},                                                                  \
                      [=, this](const rpc::CallContext& call) { return handler(call, *request, *response); });  \
  }
VEFA_SERVE(SetBoundary, SetBoundaryRequest, Boundary, Set)
VEFA_SERVE(LiftBoundary, LiftBoundaryRequest, Boundary, Lift)
VEFA_SERVE(GetBoundary, GetBoundaryRequest, Boundary, Get)
VEFA_SERVE(ListBoundaries, ListBoundariesRequest, ListBoundariesResponse, List)
VEFA_SERVE(EvaluateBoundaries, EvaluateBoundariesRequest, EvaluateBoundariesResponse, Judge)
#undef VEFA_SERVE

Status BoundaryService::Set(const rpc::CallContext& call, const v1::SetBoundaryRequest& request, v1::Boundary& response) {
  std::vector<Violation> violations;
  Boundary boundary = ReadBoundary(request.boundary(), clock_.Now(), "boundary.", violations);
  Normalise(boundary, "boundary.", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  boundary.set_by = call.principal.subject;
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Boundary> {
    VEFA_TRY_OK(HoldAbout(transaction, call.tenant, boundary.about));
    VEFA_TRY(Boundary set, contact::SetBoundary(transaction, call.tenant, boundary, clock_));
    return ToProto(set);
  };
  rpc::Attempt attempt{call.tenant, request.request_id(), "SetBoundary", request.boundary().SerializeAsString()};
  VEFA_TRY(response, Once<v1::Boundary>(database_, attempt, call.deadline, work, AboutOf));
  Committed();
  return Ok();
}

Status BoundaryService::Lift(const rpc::CallContext& call, const v1::LiftBoundaryRequest& request,
                             v1::Boundary& response) {
  VEFA_TRY(Uuid id, ParseResourceName("boundaries", request.name()));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Boundary> {
    VEFA_TRY(auto lifted, contact::LiftBoundary(transaction, call.tenant, id, call.principal.subject, clock_));
    if (!lifted) return NoSuchBoundary();
    return ToProto(*lifted);
  };
  rpc::Attempt attempt{call.tenant, request.request_id(), "LiftBoundary", request.name()};
  VEFA_TRY(response, Once<v1::Boundary>(database_, attempt, call.deadline, work, AboutOf));
  Committed();
  return Ok();
}

Status BoundaryService::Get(const rpc::CallContext& call, const v1::GetBoundaryRequest& request, v1::Boundary& response) {
  VEFA_TRY(Uuid id, ParseResourceName("boundaries", request.name()));
  VEFA_TRY(auto found, contact::GetBoundary(database_, call.tenant, id, call.deadline));
  if (!found) return NoSuchBoundary();
  response = ToProto(*found);
  return Ok();
}

Status BoundaryService::List(const rpc::CallContext& call, const v1::ListBoundariesRequest& request,
                             v1::ListBoundariesResponse& response) {
  BoundaryPage page;
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  if (!request.about().empty()) {
    VEFA_TRY(Party about, ParseSubject(request.about()));
    page.about = about.Name();
  }
  page.include_lifted = request.include_lifted();
  std::string scope = "ListBoundaries|" + call.tenant.ToString() + "|" + page.about + "|" +
                      (page.include_lifted ? "all" : "standing");
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  if (!keys.empty()) {
    VEFA_TRY(page.after, Uuid::Parse(keys.front()));
  }
  // One row more than asked for tells whether there is a next page.
  int wanted = page.size++;
  VEFA_TRY(auto boundaries, contact::ListBoundaries(database_, call.tenant, page, call.deadline));
  if (static_cast<int>(boundaries.size()) > wanted) {
    boundaries.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {boundaries.back().id.ToString()}));
  }
  for (const Boundary& boundary : boundaries) *response.add_boundaries() = ToProto(boundary);
  return Ok();
}

Status BoundaryService::Judge(const rpc::CallContext& call, const v1::EvaluateBoundariesRequest& request,
                              v1::EvaluateBoundariesResponse& response) {
  if (request.questions_size() > kQuestionsMax) return InvalidArgument("BATCH_TOO_LARGE", "Ask at most 1,000 at once.");
  if (request.questions().empty()) return Violations({{"questions", "REQUIRED", "Ask at least one question."}});
  const Time now = clock_.Now();
  std::vector<BoundaryQuestion> questions;
  std::vector<Violation> violations;
  for (int i = 0; i < request.questions_size(); ++i)
    questions.push_back(
        ReadQuestion(request.questions(i), now, "questions[" + std::to_string(i) + "].", violations));
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(BindingBoundaries binding, BindingBoundaries::Load(database_, call.tenant, questions, call.deadline));
  for (const BoundaryQuestion& question : questions) {
    // Looking ahead takes time: nobody waits for more than he can use.
    if (call.deadline.Passed()) return rpc::DeadlinePassed();
    *response.add_answers() = ToProto(Evaluate(question, binding.Of(question)));
  }
  return Ok();
}

}  // namespace vefa::contact
