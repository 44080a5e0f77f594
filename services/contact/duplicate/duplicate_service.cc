#include "services/contact/duplicate/duplicate_service.h"

#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/duplicate/duplicate_store.h"
#include "services/contact/sight/contact_sight.h"

namespace vefa::contact {
namespace {

v1::Duplicate ToProto(const Duplicate& duplicate) {
  v1::Duplicate proto;
  proto.set_name(ResourceName("duplicates", duplicate.id));
  proto.set_first(ResourceName("contacts", duplicate.first));
  proto.set_second(ResourceName("contacts", duplicate.second));
  proto.set_score(duplicate.score);
  for (LikenessKind kind : duplicate.reasons) {
    auto* reason = proto.add_reasons();
    reason->set_kind(static_cast<v1::Duplicate::Reason::Kind>(kind));
    reason->set_weight(WeightOf(kind));
  }
  proto.set_state(static_cast<v1::Duplicate::State>(duplicate.state));
  *proto.mutable_create_time() = rpc::ToProto(duplicate.create_time);
  if (duplicate.dismiss_time) *proto.mutable_dismiss_time() = rpc::ToProto(*duplicate.dismiss_time);
  return proto;
}

}  // namespace

grpc::ServerUnaryReactor* DuplicateService::ListDuplicates(grpc::CallbackServerContext* context,
                                                           const v1::ListDuplicatesRequest* request,
                                                           v1::ListDuplicatesResponse* response) {
  return rpc::Serve(door_, context, "ListDuplicates",
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}
grpc::ServerUnaryReactor* DuplicateService::DismissDuplicate(grpc::CallbackServerContext* context,
                                                             const v1::DismissDuplicateRequest* request,
                                                             v1::Duplicate* response) {
  return rpc::Serve(door_, context, "DismissDuplicate",
                    [=, this](const rpc::CallContext& call) { return Dismiss(call, *request, *response); });
}

Status DuplicateService::List(const rpc::CallContext& call, const v1::ListDuplicatesRequest& request,
                              v1::ListDuplicatesResponse& response) {
  DuplicatePage page;
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  if (!v1::Duplicate::State_IsValid(request.state()))
    return Violations({{"state", "STATE_UNKNOWN", "Give STATE_SUGGESTED or STATE_DISMISSED."}});
  if (request.state() == v1::Duplicate::STATE_DISMISSED) page.state = DuplicateState::kDismissed;
  if (!request.contact().empty()) {
    VEFA_TRY(page.contact, ParseResourceName("contacts", request.contact()));
  }
  std::string scope = "ListDuplicates|" + call.tenant.ToString() + "|" + request.contact() + "|" +
                      std::to_string(static_cast<int>(page.state));
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 2));
  if (!keys.empty()) {
    // A signed token holds what was put there.
    VEFA_TRY(Uuid id, Uuid::Parse(keys[1]));
    page.after = {std::strtod(keys[0].c_str(), nullptr), id};
  }
  // One row more than asked for tells whether there is a next page.
  int wanted = page.size++;
  VEFA_TRY(auto duplicates, contact::ListDuplicates(database_, call.tenant, page, call.deadline));
  if (static_cast<int>(duplicates.size()) > wanted) {
    duplicates.pop_back();
    const Duplicate& last = duplicates.back();
    response.set_next_page_token(
        rpc::MakePageToken(secret_, scope, {std::to_string(last.score), last.id.ToString()}));
  }
  for (Uuid Duplicate::*contact : {&Duplicate::first, &Duplicate::second})
    VEFA_TRY_OK(KeepSeen(database_, call.principal, duplicates, [&](const Duplicate& one) { return one.*contact; }, call.deadline));
  for (const Duplicate& duplicate : duplicates) *response.add_duplicates() = ToProto(duplicate);
  return Ok();
}

Status DuplicateService::Dismiss(const rpc::CallContext& call, const v1::DismissDuplicateRequest& request,
                                 v1::Duplicate& response) {
  VEFA_TRY(Uuid id, ParseResourceName("duplicates", request.name()));
  VEFA_TRY(auto dismissed, contact::DismissDuplicate(database_, call.tenant, id, clock_, call.deadline));
  if (!dismissed) return NotFound("DUPLICATE_NOT_FOUND", "There is no such pair any more; list them again.");
  response = ToProto(*dismissed);
  return Ok();
}

}  // namespace vefa::contact
