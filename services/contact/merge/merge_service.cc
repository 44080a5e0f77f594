#include "services/contact/merge/merge_service.h"

#include "libs/rpc/serve.h"
#include "services/contact/contact_change.h"
#include "services/contact/contact_proto.h"
#include "services/contact/merge/merge_proto.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/merge/merging.h"

namespace vefa::contact {
grpc::ServerUnaryReactor* MergeService::MergeContacts(grpc::CallbackServerContext* context,
                                                      const v1::MergeContactsRequest* request, v1::Merge* response) {
  return rpc::Serve(door_, context, {"MergeContacts", request},
                    [=, this](const rpc::CallContext& call) { return Unite(call, *request, *response); });
}
grpc::ServerUnaryReactor* MergeService::UnmergeContact(grpc::CallbackServerContext* context,
                                                       const v1::UnmergeContactRequest* request, v1::Merge* response) {
  return rpc::Serve(door_, context, "UnmergeContact",
                    [=, this](const rpc::CallContext& call) { return Part(call, *request, *response); });
}
grpc::ServerUnaryReactor* MergeService::ListMerges(grpc::CallbackServerContext* context,
                                                   const v1::ListMergesRequest* request, v1::ListMergesResponse* response) {
  return rpc::Serve(door_, context, {"ListMerges", request},
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}

Status MergeService::Unite(const rpc::CallContext& call, const v1::MergeContactsRequest& request, v1::Merge& response) {
  Merge merge;
  std::vector<Violation> violations;
  merge.survivor = ReadContactName(request.survivor(), "survivor", violations);
  merge.merged = ReadContactName(request.merged(), "merged", violations);
  if (violations.empty() && merge.survivor == merge.merged)
    violations.push_back({"merged", "SAME_CONTACT", "Give another contact than the survivor."});
  if (!violations.empty()) return Violations(std::move(violations));
  merge.actor = call.principal.subject;
  const MergeChoice choice{{request.take().begin(), request.take().end()}, {request.leave().begin(), request.leave().end()}};
  rpc::Attempt attempt{call.tenant, request.validate_only() ? "" : request.request_id(), "MergeContacts", ""};
  if (!attempt.request_id.empty()) {
    v1::MergeContactsRequest same = request;
    same.clear_request_id();
    attempt.request = same.SerializeAsString();
  }
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(MergeOutcome done, postgres::InTransaction(
                            database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                            [&](postgres::Transaction& transaction) -> Result<MergeOutcome> {
                              Merging merging(transaction, *sealer, *definitions, clock_);
                              VEFA_TRY(auto answer, rpc::FindAnswer(transaction, attempt));
                              if (answer) {
                                VEFA_TRY(Uuid id, Uuid::Parse(*answer));
                                return merging.Find(id);
                              }
                              VEFA_TRY(MergeOutcome united, merging.Unite(merge, choice, request.validate_only()));
                              if (!request.validate_only())
                                VEFA_TRY_OK(rpc::RememberAnswer(transaction, attempt, united.merge.id.ToString(), request.survivor()));
                              return united;
                            }));
  Committed(call.tenant, done.changed);
  response = ToProto(done.merge);
  if (request.validate_only()) {
    response.clear_name();
    response.clear_create_time();
  }
  *response.mutable_contact() = contact::ToProto(done.survivor);
  return Ok();
}

Status MergeService::Part(const rpc::CallContext& call, const v1::UnmergeContactRequest& request, v1::Merge& response) {
  VEFA_TRY(Uuid id, ParseResourceName("merges", request.name()));
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
  VEFA_TRY(MergeOutcome done, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                [&](postgres::Transaction& transaction) {
                                                  return Merging(transaction, *sealer, *definitions, clock_)
                                                      .Part(id, call.principal.subject);
                                                }));
  Committed(call.tenant, done.changed);
  response = ToProto(done.merge);
  *response.mutable_contact() = contact::ToProto(done.survivor);
  return Ok();
}

Status MergeService::List(const rpc::CallContext& call, const v1::ListMergesRequest& request, v1::ListMergesResponse& response) {
  VEFA_TRY(Uuid id, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(auto merges, contact::ListMerges(database_, call.tenant, id, call.deadline));
  if (!merges) return NoSuchContact();
  for (const Merge& merge : *merges) *response.add_merges() = ToProto(merge);
  return Ok();
}

void MergeService::Committed(const Uuid& tenant, const std::vector<ContactVersion>& changed) const {
  if (changed.empty()) return;
  copies_.Changed(tenant, changed);
  if (relay_ != nullptr) relay_->Wake();
}

}  // namespace vefa::contact
