#include "services/contact/retention/retention_service.h"

#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/retention/retention_store.h"

namespace vefa::contact {
namespace {

constexpr char kRules[] = "retentionRules";
constexpr int32_t kExamples = 20;
constexpr int32_t kErasedDefault = 100;  // Of one run.
constexpr int32_t kErasedMax = 500;

v1::RetentionRule ToProto(const RetentionRule& rule) {
  v1::RetentionRule proto;
  proto.set_name(std::string(kRules) + "/" + rule.code);
  proto.set_code(rule.code);
  proto.set_title(rule.title);
  proto.set_days(rule.days);
  proto.set_purpose(rule.purpose);
  for (int16_t stage : rule.stages) proto.add_lifecycle_stages(static_cast<v1::LifecycleStage>(stage));
  proto.set_despite_consent(rule.despite_consent);
  *proto.mutable_create_time() = rpc::ToProto(rule.create_time);
  *proto.mutable_update_time() = rpc::ToProto(rule.update_time);
  proto.set_scheduled(rule.scheduled);
  if (rule.next_run_time) *proto.mutable_next_run_time() = rpc::ToProto(*rule.next_run_time);
  if (rule.last_run_time) *proto.mutable_last_run_time() = rpc::ToProto(*rule.last_run_time);
  proto.set_last_erased(rule.last_erased);
  proto.set_trouble(rule.trouble);
  return proto;
}

}  // namespace

#define VEFA_SERVE_RETENTION(method, Response, handler)                                                         \
  grpc::ServerUnaryReactor* RetentionService::method(grpc::CallbackServerContext* context,                      \
                                                     const v1::method##Request* request, v1::Response* response) { \
    return rpc::Serve(door_, context, #method,                                                                  \
                      [=, this](const rpc::CallContext& call) { return handler(call, *request, *response); });  \
  }
VEFA_SERVE_RETENTION(SetRetentionRule, RetentionRule, Set)
VEFA_SERVE_RETENTION(ListRetentionRules, ListRetentionRulesResponse, List)
VEFA_SERVE_RETENTION(DeleteRetentionRule, DeleteRetentionRuleResponse, Delete)
VEFA_SERVE_RETENTION(PreviewRetention, PreviewRetentionResponse, Preview)
VEFA_SERVE_RETENTION(RunRetention, RunRetentionResponse, Run)
#undef VEFA_SERVE_RETENTION

Status RetentionService::Set(const rpc::CallContext& call, const v1::SetRetentionRuleRequest& request, v1::RetentionRule& response) {
  const v1::RetentionRule& said = request.retention_rule();
  RetentionRule rule{said.code(), said.title(), said.days(), said.purpose(), {}, said.despite_consent(), {}, {}, said.scheduled()};
  for (int stage : said.lifecycle_stages()) rule.stages.push_back(static_cast<int16_t>(stage));
  std::vector<Violation> violations;
  Normalise(rule, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  // Who may not erase by a rule may not have the clock do it.
  if (rule.scheduled && !call.principal.May("retention.run"))
    return Error{Code::kPermissionDenied, "PERMISSION_MISSING", "To have a rule run by itself takes the permission retention.run, too."};
  VEFA_TRY(RetentionRule stored, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                         [&](postgres::Transaction& transaction) {
                                                           return StoreRule(transaction, call.tenant, rule, clock_);
                                                         }));
  response = ToProto(stored);
  return Ok();
}

Status RetentionService::List(const rpc::CallContext& call, const v1::ListRetentionRulesRequest&, v1::ListRetentionRulesResponse& response) {
  VEFA_TRY(auto rules, ListRules(database_, call.tenant, call.deadline));
  for (const RetentionRule& rule : rules) *response.add_retention_rules() = ToProto(rule);
  return Ok();
}

Status RetentionService::Delete(const rpc::CallContext& call, const v1::DeleteRetentionRuleRequest& request,
                                v1::DeleteRetentionRuleResponse&) {
  VEFA_TRY(std::string code, ParseSlugName(kRules, request.name()));
  return DeleteRule(database_, call.tenant, code, call.deadline);
}

Status RetentionService::Preview(const rpc::CallContext& call, const v1::PreviewRetentionRequest& request,
                                 v1::PreviewRetentionResponse& response) {
  VEFA_TRY(std::string code, ParseSlugName(kRules, request.name()));
  VEFA_TRY(RetentionRule rule, GetRule(database_, call.tenant, code, call.deadline));
  const Time cut = CutOf(rule, clock_.Now());
  VEFA_TRY(UntouchedCount count, CountUntouched(database_, call.tenant, rule, cut, call.deadline));
  VEFA_TRY(auto examples, FindUntouched(database_, call.tenant, rule, cut, true, kExamples, call.deadline));
  response.set_count(count.free);
  response.set_held(count.held);
  for (const Untouched& one : examples) {
    auto& example = *response.add_examples();
    example.set_contact(ResourceName("contacts", one.contact));
    *example.mutable_last_time() = rpc::ToProto(one.last_time);
    example.set_held(one.held);
  }
  return Ok();
}

Status RetentionService::Run(const rpc::CallContext& call, const v1::RunRetentionRequest& request, v1::RunRetentionResponse& response) {
  VEFA_TRY(std::string code, ParseSlugName(kRules, request.name()));
  if (request.limit() < 0 || request.limit() > kErasedMax)
    return Violations({{"limit", "OUT_OF_RANGE", "Give 1 to 500, or 0 for 100."}});
  const int32_t limit = request.limit() == 0 ? kErasedDefault : request.limit();
  VEFA_TRY(RetentionRule rule, GetRule(database_, call.tenant, code, call.deadline));
  RetentionStep step;
  VEFA_TRY_OK(runner_.Step(call.tenant, rule, limit, call.deadline, step));
  if (!step.more) VEFA_TRY_OK(SettleRule(database_, call.tenant, code, call.deadline));
  response.set_erased(step.erased);
  response.set_skipped(step.skipped);
  response.set_more(step.more);
  return Ok();
}

}  // namespace vefa::contact
