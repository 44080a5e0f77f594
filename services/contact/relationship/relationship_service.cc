#include "services/contact/relationship/relationship_service.h"

#include "libs/base/text.h"
#include "libs/rpc/mask.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "services/contact/contact.h"
#include "services/contact/relationship/relationship_events.h"
#include "services/contact/relationship/relationship_hold.h"
#include "services/contact/relationship/relationship_proto.h"

namespace vefa::contact {
namespace {

constexpr std::string_view kRelationshipFields[] = {"status", "tier", "manager", "start_date", "end_date"};

std::string NameOf(const v1::Relationship& relationship) { return relationship.name(); }

}  // namespace

#define VEFA_SERVE(method, Request, Response, handler)                                                        \
  grpc::ServerUnaryReactor* RelationshipService::method(grpc::CallbackServerContext* context,                 \
                                                        const v1::Request* request, v1::Response* response) { \
    return rpc::Serve(door_, context, {#method, request},                                                                \
                      [=, this](const rpc::CallContext& call) { return handler(call, *request, *response); }); \
  }
VEFA_SERVE(OpenRelationship, OpenRelationshipRequest, Relationship, Open)
VEFA_SERVE(GetRelationship, GetRelationshipRequest, Relationship, Get)
VEFA_SERVE(ListRelationships, ListRelationshipsRequest, ListRelationshipsResponse, List)
VEFA_SERVE(UpdateRelationship, UpdateRelationshipRequest, Relationship, Update)
VEFA_SERVE(CloseRelationship, CloseRelationshipRequest, Relationship, Close)
VEFA_SERVE(AssignResponsibility, AssignResponsibilityRequest, Responsibility, Assign)
VEFA_SERVE(EndResponsibility, EndResponsibilityRequest, Responsibility, End)
VEFA_SERVE(HandOverResponsibility, HandOverResponsibilityRequest, Responsibility, HandOver)
VEFA_SERVE(ListResponsibilities, ListResponsibilitiesRequest, ListResponsibilitiesResponse, Responsible)
#undef VEFA_SERVE

Status RelationshipService::Open(const rpc::CallContext& call, const v1::OpenRelationshipRequest& request,
                                 v1::Relationship& response) {
  Relationship asked;
  std::vector<Violation> violations;
  Take(request.relationship(), nullptr, "relationship.", asked, violations);
  if (asked.status == RelationshipStatus::kNone) asked.status = RelationshipStatus::kProposed;
  Normalise(asked, "relationship.", violations);
  FieldRules rules("", violations);
  rules.That(asked.status == RelationshipStatus::kProposed || asked.status == RelationshipStatus::kActive,
             "relationship.status", "STATUS_INITIAL", "Open it proposed or active.");
  const Uuid accountable = rules.User(request.accountable(), "accountable");
  if (!violations.empty()) return Violations(std::move(violations));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Relationship> {
    VEFA_TRY_OK(HoldParties(transaction, call.tenant, {asked.from, asked.to}));
    Relationship made = asked;
    made.id = NewUuidV7(clock_);
    made.create_time = made.update_time = clock_.Now();
    RelationshipFacts facts(made);
    facts.Stated(kRelationshipOpenedType);
    std::vector<postgres::Call> responsibilities;
    if (!accountable.is_nil()) {
      responsibilities.push_back(AddResponsibilityCall(
          call.tenant, {NewUuidV7(clock_), made.id, accountable, ResponsibilityRole::kAccountable, made.create_time, {}, ""}));
      facts.Assigned(accountable, ResponsibilityRole::kAccountable);
    }
    facts.Settled(false, Uuid{}, accountable);
    VEFA_TRY_OK(InsertRelationship(transaction, call.tenant, made, std::move(responsibilities), facts.events(), clock_));
    return ToProto(made);
  };
  v1::OpenRelationshipRequest hashed = request;
  hashed.clear_request_id();
  rpc::Attempt attempt{call.tenant, request.request_id(), "OpenRelationship", hashed.SerializeAsString()};
  VEFA_TRY(response, Once<v1::Relationship>(database_, attempt, call.deadline, work, NameOf));
  Committed();
  return Ok();
}

Status RelationshipService::Get(const rpc::CallContext& call, const v1::GetRelationshipRequest& request,
                                v1::Relationship& response) {
  VEFA_TRY(Uuid id, ParseResourceName("relationships", request.name()));
  VEFA_TRY(auto found, contact::GetRelationship(database_, call.tenant, id, call.deadline));
  if (!found) return NoSuchRelationship();
  response = ToProto(*found);
  return Ok();
}

Status RelationshipService::List(const rpc::CallContext& call, const v1::ListRelationshipsRequest& request,
                                 v1::ListRelationshipsResponse& response) {
  RelationshipPage page;
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  std::vector<Violation> violations;
  FieldRules rules("", violations);
  if (!request.party().empty()) {
    auto party = ParseParty(request.party());
    rules.That(party.ok(), "party", "NAME_SYNTAX", "Give contacts/{uuid} or organizations/{uuid}.");
    if (party.ok()) page.party = party->Name();
  }
  page.type = ReadEnum(request.type(), v1::RelationshipType_IsValid, "type", rules);
  page.status =
      static_cast<RelationshipStatus>(ReadEnum(request.status(), v1::RelationshipStatus_IsValid, "status", rules));
  page.manager = rules.User(request.manager(), "manager");
  page.unaccountable = request.unaccountable();
  if (!violations.empty()) return Violations(std::move(violations));
  v1::ListRelationshipsRequest question = request;
  question.clear_page_size();
  question.clear_page_token();
  std::string scope = "ListRelationships|" + call.tenant.ToString() + "|" + question.SerializeAsString();
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  if (!keys.empty()) {
    VEFA_TRY(page.after, Uuid::Parse(keys.front()));
  }
  // One row more than asked for tells whether there is a next page.
  int wanted = page.size++;
  VEFA_TRY(auto relationships, contact::ListRelationships(database_, call.tenant, page, call.deadline));
  if (static_cast<int>(relationships.size()) > wanted) {
    relationships.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {relationships.back().id.ToString()}));
  }
  for (const Relationship& relationship : relationships) *response.add_relationships() = ToProto(relationship);
  return Ok();
}

Status RelationshipService::Update(const rpc::CallContext& call, const v1::UpdateRelationshipRequest& request,
                                   v1::Relationship& response) {
  VEFA_TRY(Uuid id, ParseResourceName("relationships", request.relationship().name()));
  VEFA_TRY(rpc::Mask mask, rpc::Mask::Read(request.update_mask(), request.relationship(), kRelationshipFields));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Relationship> {
    VEFA_TRY(HeldRelationship held, HoldToWrite(transaction, call.tenant, id, OfErased::kRefused));
    VEFA_TRY_OK(rpc::CheckEtag(request.relationship().etag(), EtagOf(held.relationship.version)));
    VEFA_TRY_OK(CheckNotEnded(held.relationship));
    Relationship after = held.relationship;
    std::vector<Violation> broken;
    Take(request.relationship(), &mask, "relationship.", after, broken);
    FieldRules("relationship.", broken)
        .That(after.status != RelationshipStatus::kNone, "status", "REQUIRED", "Say which status it is to have.");
    Normalise(after, "relationship.", broken);
    if (!broken.empty()) return Violations(std::move(broken));
    VEFA_TRY_OK(CheckTransition(held.relationship.status, after.status));
    if (after == held.relationship) return ToProto(after);
    after.update_time = NowFor(after);
    RelationshipFacts facts(after);
    facts.Stated(kRelationshipUpdatedType);
    facts.Settled(held.relationship.unaccountable, Uuid{}, held.accountable);
    VEFA_TRY_OK(contact::UpdateRelationship(transaction, call.tenant, after, {}, facts.events(), clock_));
    return ToProto(after);
  };
  v1::UpdateRelationshipRequest hashed = request;
  hashed.clear_request_id();
  rpc::Attempt attempt{call.tenant, request.request_id(), "UpdateRelationship", hashed.SerializeAsString()};
  VEFA_TRY(response, Once<v1::Relationship>(database_, attempt, call.deadline, work, NameOf));
  Committed();
  return Ok();
}

Status RelationshipService::Close(const rpc::CallContext& call, const v1::CloseRelationshipRequest& request,
                                  v1::Relationship& response) {
  VEFA_TRY(Uuid id, ParseResourceName("relationships", request.name()));
  std::vector<Violation> violations;
  std::optional<int32_t> last = DateFromProto(request.end_date(), "end_date", violations);
  FieldRules("", violations)
      .That(IsReason(request.reason()), "reason", "REASON_SYNTAX",
            "Give 1-63 upper-case letters, digits and underscores, for example CONTRACT_ENDED.");
  if (!violations.empty()) return Violations(std::move(violations));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Relationship> {
    VEFA_TRY(HeldRelationship held, HoldToWrite(transaction, call.tenant, id, OfErased::kAllowed));
    Relationship after = held.relationship;
    if (after.status == RelationshipStatus::kEnded && after.close_reason == request.reason()) return ToProto(after);
    VEFA_TRY_OK(CheckNotEnded(after));
    VEFA_TRY_OK(rpc::CheckEtag(request.etag(), EtagOf(after.version)));
    after.update_time = NowFor(after);
    after.status = RelationshipStatus::kEnded;
    after.close_reason = request.reason();
    after.end_day = last.value_or(DayOf(after.update_time));
    std::vector<Violation> broken;
    Normalise(after, "", broken);
    if (!broken.empty()) return Violations(std::move(broken));
    RelationshipFacts facts(after);
    facts.Stated(kRelationshipClosedType);
    facts.Settled(held.relationship.unaccountable, Uuid{}, Uuid{});
    VEFA_TRY_OK(contact::UpdateRelationship(transaction, call.tenant, after, {}, facts.events(), clock_));
    return ToProto(after);
  };
  v1::CloseRelationshipRequest hashed = request;
  hashed.clear_request_id();
  rpc::Attempt attempt{call.tenant, request.request_id(), "CloseRelationship", hashed.SerializeAsString()};
  VEFA_TRY(response, Once<v1::Relationship>(database_, attempt, call.deadline, work, NameOf));
  Committed();
  return Ok();
}

}  // namespace vefa::contact
