#include "services/contact/suppression/suppression_service.h"

#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/contact.h"
#include "services/contact/suppression/suppression_store.h"

namespace vefa::contact {
namespace {

constexpr int kAddressesMax = 1000;  // Of one check.
constexpr char kSuppressions[] = "addressSuppressions";

v1::Suppression ToProto(const Suppression& one) {
  v1::Suppression proto;
  proto.set_name(ResourceName(kSuppressions, one.id));
  proto.set_kind(static_cast<v1::Suppression::Kind>(one.kind));
  proto.set_address_hash(one.address_hash);
  proto.set_purpose(one.purpose);
  proto.set_reason(static_cast<v1::Suppression::Reason>(one.reason));
  proto.set_source(one.source);
  proto.set_actor(one.actor);
  *proto.mutable_create_time() = rpc::ToProto(one.create_time);
  if (one.lift_time) *proto.mutable_lift_time() = rpc::ToProto(*one.lift_time);
  proto.set_lift_reason(one.lift_reason);
  proto.set_lifted_by(one.lifted_by);
  return proto;
}

PointKind KindOf(v1::Suppression::Kind kind) {
  if (kind == v1::Suppression::KIND_EMAIL) return PointKind::kEmail;
  return kind == v1::Suppression::KIND_PHONE ? PointKind::kPhone : PointKind::kNone;
}

}  // namespace

grpc::ServerUnaryReactor* SuppressionService::AddSuppression(grpc::CallbackServerContext* context,
                                                             const v1::AddSuppressionRequest* request, v1::Suppression* response) {
  return rpc::Serve(door_, context, "AddSuppression",
                    [=, this](const rpc::CallContext& call) { return Add(call, *request, *response); });
}
grpc::ServerUnaryReactor* SuppressionService::ListSuppressions(grpc::CallbackServerContext* context,
                                                               const v1::ListSuppressionsRequest* request,
                                                               v1::ListSuppressionsResponse* response) {
  return rpc::Serve(door_, context, "ListSuppressions",
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}
grpc::ServerUnaryReactor* SuppressionService::LiftSuppression(grpc::CallbackServerContext* context,
                                                              const v1::LiftSuppressionRequest* request, v1::Suppression* response) {
  return rpc::Serve(door_, context, "LiftSuppression",
                    [=, this](const rpc::CallContext& call) { return Lift(call, *request, *response); });
}
grpc::ServerUnaryReactor* SuppressionService::CheckSuppressions(grpc::CallbackServerContext* context,
                                                                const v1::CheckSuppressionsRequest* request,
                                                                v1::CheckSuppressionsResponse* response) {
  return rpc::Serve(door_, context, "CheckSuppressions",
                    [=, this](const rpc::CallContext& call) { return CheckAll(call, *request, *response); });
}

Status SuppressionService::Add(const rpc::CallContext& call, const v1::AddSuppressionRequest& request, v1::Suppression& response) {
  WrittenAddress address{KindOf(request.kind()), request.address(), request.country()};
  Suppression one;
  one.kind = address.kind;
  one.purpose = request.purpose();
  if (v1::Suppression::Reason_IsValid(request.reason())) one.reason = static_cast<SuppressionReason>(request.reason());
  one.source = request.source();
  std::vector<Violation> violations;
  Normalise(address, one.purpose, "", violations);
  contact::Check(one, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  one.id = NewUuidV7(clock_);
  one.address_hash = sealer->addresses().Hash(address.kind, address.value.Reveal());
  one.actor = call.principal.subject;
  one.create_time = clock_.Now();
  VEFA_TRY(Suppression stored, contact::AddSuppression(database_, call.tenant, one, call.deadline));
  response = ToProto(stored);
  return Ok();
}

Status SuppressionService::List(const rpc::CallContext& call, const v1::ListSuppressionsRequest& request,
                                v1::ListSuppressionsResponse& response) {
  VEFA_TRY(int wanted, rpc::PageSize(request.page_size()));
  const std::string scope = "ListSuppressions|" + call.tenant.ToString() + (request.show_lifted() ? "|lifted" : "");
  VEFA_TRY(auto after, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  std::optional<Uuid> before;
  if (!after.empty()) {
    VEFA_TRY(before, Uuid::Parse(after[0]));
  }
  // One row more than asked for tells whether there is a next page.
  VEFA_TRY(auto page, contact::ListSuppressions(database_, call.tenant, before, request.show_lifted(), wanted + 1, call.deadline));
  if (static_cast<int>(page.size()) > wanted) {
    page.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {page.back().id.ToString()}));
  }
  for (const Suppression& one : page) *response.add_suppressions() = ToProto(one);
  return Ok();
}

Status SuppressionService::Lift(const rpc::CallContext& call, const v1::LiftSuppressionRequest& request, v1::Suppression& response) {
  Suppression lifted;
  VEFA_TRY(lifted.id, ParseResourceName(kSuppressions, request.name()));
  if (!IsReason(request.reason()))
    return Violations({{"reason", "REASON_SYNTAX",
                        "Give 1-63 upper-case letters, digits and underscores, for example ASKED_BY_PERSON."}});
  lifted.lift_time = clock_.Now();
  lifted.lift_reason = request.reason();
  lifted.lifted_by = call.principal.subject;
  VEFA_TRY(Suppression stored, contact::LiftSuppression(database_, call.tenant, lifted, call.deadline));
  response = ToProto(stored);
  return Ok();
}

Status SuppressionService::CheckAll(const rpc::CallContext& call, const v1::CheckSuppressionsRequest& request,
                                    v1::CheckSuppressionsResponse& response) {
  if (request.questions_size() > kAddressesMax) return InvalidArgument("BATCH_TOO_LARGE", "Ask for at most 1,000 at once.");
  if (request.questions().empty()) return Ok();
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  std::vector<Violation> violations;
  std::vector<SuppressionKey> keys;
  for (int i = 0; i < request.questions_size(); ++i) {
    const v1::SuppressionQuestion& question = request.questions(i);
    WrittenAddress address{KindOf(question.kind()), question.address(), question.country()};
    Normalise(address, question.purpose(), "questions[" + std::to_string(i) + "].", violations);
    keys.push_back({sealer->addresses().Hash(address.kind, address.value.Reveal()), question.purpose()});
  }
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(auto found, FindSuppressions(database_, call.tenant, keys, call.deadline));
  for (const SuppressionFound& one : found) {
    v1::SuppressionAnswer& answer = *response.add_answers();
    answer.set_suppressed(!one.reasons.empty());
    for (SuppressionReason reason : one.reasons) answer.add_reasons(static_cast<v1::Suppression::Reason>(reason));
    if (!one.reasons.empty()) *answer.mutable_since() = rpc::ToProto(one.since);
  }
  return Ok();
}

}  // namespace vefa::contact
