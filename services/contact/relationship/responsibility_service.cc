// The half of RelationshipService that says who of ours answers for a relationship.
#include "services/contact/relationship/relationship_events.h"
#include "services/contact/relationship/relationship_hold.h"
#include "services/contact/relationship/relationship_proto.h"
#include "services/contact/relationship/relationship_service.h"

namespace vefa::contact {
namespace {

// An answer is about the relationship: erased with a person who is a party of it.
std::string RelationshipOf(const v1::Responsibility& responsibility) { return responsibility.relationship(); }

Error NoSuchResponsibility() {
  return NotFound("RESPONSIBILITY_NOT_FOUND", "This user does not have this role now; list who is responsible.");
}

Error HasRoleAlready() {
  return {Code::kAlreadyExists, "RESPONSIBILITY_EXISTS", "This user has this role already."};
}

// Whether the user may be given the role, beside those who have one.
Status CheckFree(postgres::Transaction& transaction, const Uuid& tenant, const HeldRelationship& held, const Uuid& user,
                 ResponsibilityRole role) {
  VEFA_TRY(auto same, FindResponsibility(transaction, tenant, held.relationship.id, user, role));
  if (same) return HasRoleAlready();
  if (role == ResponsibilityRole::kAccountable && !held.accountable.is_nil())
    return Error{Code::kFailedPrecondition, "ACCOUNTABLE_TAKEN",
                 "Another user is accountable; hand it over, or end that responsibility first."};
  return Ok();
}

}  // namespace

Status RelationshipService::Assign(const rpc::CallContext& call, const v1::AssignResponsibilityRequest& request,
                                   v1::Responsibility& response) {
  VEFA_TRY(Uuid id, ParseResourceName("relationships", request.relationship()));
  std::vector<Violation> violations;
  const Uuid user = ReadUser(request.responsibility().user(), "responsibility.user", violations);
  const ResponsibilityRole role = ReadRole(request.responsibility().role(), "responsibility.role", violations);
  Personal<std::string> note = request.responsibility().note();
  NormaliseNote(note, "responsibility.note", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Responsibility> {
    VEFA_TRY(HeldRelationship held, HoldToWrite(transaction, call.tenant, id, OfErased::kRefused));
    VEFA_TRY_OK(CheckNotEnded(held.relationship));
    VEFA_TRY_OK(CheckFree(transaction, call.tenant, held, user, role));
    Relationship after = held.relationship;
    after.update_time = NowFor(after);
    Responsibility made{NewUuidV7(clock_), id, user, role, after.update_time, {}, note};
    RelationshipFacts facts(after);
    facts.Assigned(user, role);
    const Uuid accountable = role == ResponsibilityRole::kAccountable ? user : held.accountable;
    facts.Settled(held.relationship.unaccountable, held.accountable, accountable);
    VEFA_TRY_OK(contact::UpdateRelationship(transaction, call.tenant, after, {AddResponsibilityCall(call.tenant, made)},
                                            facts.events(), clock_));
    return ToProto(made);
  };
  v1::AssignResponsibilityRequest hashed = request;
  hashed.clear_request_id();
  rpc::Attempt attempt{call.tenant, request.request_id(), "AssignResponsibility", hashed.SerializeAsString()};
  VEFA_TRY(response, Once<v1::Responsibility>(database_, attempt, call.deadline, work, RelationshipOf));
  Committed();
  return Ok();
}

Status RelationshipService::End(const rpc::CallContext& call, const v1::EndResponsibilityRequest& request,
                                v1::Responsibility& response) {
  VEFA_TRY(Uuid id, ParseResourceName("relationships", request.relationship()));
  std::vector<Violation> violations;
  const Uuid user = ReadUser(request.user(), "user", violations);
  const ResponsibilityRole role = ReadRole(request.role(), "role", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Responsibility> {
    VEFA_TRY(HeldRelationship held, HoldToWrite(transaction, call.tenant, id, OfErased::kAllowed));
    VEFA_TRY(auto open, FindResponsibility(transaction, call.tenant, id, user, role));
    if (!open) return NoSuchResponsibility();
    Relationship after = held.relationship;
    after.update_time = NowFor(after);
    open->to_time = after.update_time;
    RelationshipFacts facts(after);
    facts.Ended(user, role);
    const Uuid accountable = role == ResponsibilityRole::kAccountable ? Uuid{} : held.accountable;
    facts.Settled(held.relationship.unaccountable, held.accountable, accountable);
    VEFA_TRY_OK(contact::UpdateRelationship(transaction, call.tenant, after, {EndResponsibilityCall(call.tenant, *open)},
                                            facts.events(), clock_));
    return ToProto(*open);
  };
  v1::EndResponsibilityRequest hashed = request;
  hashed.clear_request_id();
  rpc::Attempt attempt{call.tenant, request.request_id(), "EndResponsibility", hashed.SerializeAsString()};
  VEFA_TRY(response, Once<v1::Responsibility>(database_, attempt, call.deadline, work, RelationshipOf));
  Committed();
  return Ok();
}

Status RelationshipService::HandOver(const rpc::CallContext& call, const v1::HandOverResponsibilityRequest& request,
                                     v1::Responsibility& response) {
  VEFA_TRY(Uuid id, ParseResourceName("relationships", request.relationship()));
  std::vector<Violation> violations;
  const Uuid from = ReadUser(request.from_user(), "from_user", violations);
  const Uuid to = ReadUser(request.to_user(), "to_user", violations);
  const ResponsibilityRole role = ReadRole(request.role(), "role", violations);
  FieldRules("", violations).That(to.is_nil() || from != to, "to_user", "USER_SAME", "Give it to another user.");
  Personal<std::string> note = request.note();
  NormaliseNote(note, "note", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Responsibility> {
    VEFA_TRY(HeldRelationship held, HoldToWrite(transaction, call.tenant, id, OfErased::kRefused));
    VEFA_TRY_OK(CheckNotEnded(held.relationship));
    VEFA_TRY(auto given, FindResponsibility(transaction, call.tenant, id, from, role));
    if (!given) return NoSuchResponsibility();
    VEFA_TRY(auto same, FindResponsibility(transaction, call.tenant, id, to, role));
    if (same) return HasRoleAlready();
    Relationship after = held.relationship;
    after.update_time = NowFor(after);
    given->to_time = after.update_time;
    Responsibility taken{NewUuidV7(clock_), id, to, role, after.update_time, {}, note};
    RelationshipFacts facts(after);
    facts.Transferred(from, to, role);
    // First the one ends: two accountable at once are refused by the table.
    VEFA_TRY_OK(contact::UpdateRelationship(
        transaction, call.tenant, after,
        {EndResponsibilityCall(call.tenant, *given), AddResponsibilityCall(call.tenant, taken)}, facts.events(), clock_));
    return ToProto(taken);
  };
  v1::HandOverResponsibilityRequest hashed = request;
  hashed.clear_request_id();
  rpc::Attempt attempt{call.tenant, request.request_id(), "HandOverResponsibility", hashed.SerializeAsString()};
  VEFA_TRY(response, Once<v1::Responsibility>(database_, attempt, call.deadline, work, RelationshipOf));
  Committed();
  return Ok();
}

Status RelationshipService::Responsible(const rpc::CallContext& call, const v1::ListResponsibilitiesRequest& request,
                                        v1::ListResponsibilitiesResponse& response) {
  VEFA_TRY(Uuid id, ParseResourceName("relationships", request.relationship()));
  VEFA_TRY(Responsibilities found, contact::ListResponsibilities(database_, call.tenant, id, request.include_ended(),
                                                                 call.deadline));
  if (!found.relationship_exists) return NoSuchRelationship();
  for (const Responsibility& responsibility : found.all) *response.add_responsibilities() = ToProto(responsibility);
  return Ok();
}

}  // namespace vefa::contact
