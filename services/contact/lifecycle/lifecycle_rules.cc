// The rules of lifecycle_service.h.
#include <set>

#include "libs/rpc/serve.h"
#include "services/contact/lifecycle/lifecycle_service.h"
#include "services/contact/rating/rating_filters.h"
#include "services/contact/rating/rating_texts.h"

namespace vefa::contact {
namespace {

constexpr char kRuleCollection[] = "lifecycleRules";

bool IsStage(int stage) { return v1::LifecycleStage_IsValid(stage) && stage != v1::LIFECYCLE_STAGE_UNSPECIFIED; }

void CheckRule(const v1::LifecycleRule& rule, std::vector<Violation>& violations) {
  if (rule.filter().empty() && rule.score_definition().empty()) {
    violations.push_back({"lifecycle_rule.filter", "REQUIRED", "Give a filter, a score or both: nobody is moved without."});
  } else if (!rule.filter().empty()) {
    CheckKeptFilter(rule.filter(), "lifecycle_rule.filter", violations);
  }
  if (!rule.score_definition().empty() && !ParseSlugName("scoreDefinitions", rule.score_definition()).ok())
    violations.push_back({"lifecycle_rule.score_definition", "NAME_SYNTAX", "Give scoreDefinitions/ and a code."});
  if (!(rule.score_at_least() >= -1e6 && rule.score_at_least() <= 1e6))
    violations.push_back({"lifecycle_rule.score_at_least", "OUT_OF_RANGE", "Give a score within a million."});
  if (!IsStage(rule.stage()))
    violations.push_back({"lifecycle_rule.stage", "REQUIRED", "Give a stage, for example LIFECYCLE_STAGE_LEAD."});
  std::set<int> stages;
  for (int i = 0; i < rule.from_stages_size(); ++i) {
    const std::string path = "lifecycle_rule.from_stages[" + std::to_string(i) + "]";
    const int from = rule.from_stages(i);
    if (!v1::LifecycleStage_IsValid(from)) {
      violations.push_back({path, "STAGE_UNKNOWN", "Give a stage of the contract."});
    } else if (!stages.insert(from).second) {
      violations.push_back({path, "REPEATED", "Give each stage once."});
    } else if (IsStage(rule.stage()) && !MayMove(static_cast<LifecycleStage>(from), static_cast<LifecycleStage>(rule.stage()))) {
      violations.push_back({path, "STAGE_TRANSITION", "There is no way from this stage to that of the rule."});
    }
  }
  CheckPriority(rule.priority(), "lifecycle_rule.priority", violations);
}

}  // namespace

grpc::ServerUnaryReactor* LifecycleService::SetLifecycleRule(grpc::CallbackServerContext* context,
                                                             const v1::SetLifecycleRuleRequest* request, v1::LifecycleRule* response) {
  return rpc::Serve(door_, context, "SetLifecycleRule",
                    [=, this](const rpc::CallContext& call) { return SetRule(call, *request, *response); });
}
grpc::ServerUnaryReactor* LifecycleService::ListLifecycleRules(grpc::CallbackServerContext* context,
                                                               const v1::ListLifecycleRulesRequest*,
                                                               v1::ListLifecycleRulesResponse* response) {
  return rpc::Serve(door_, context, "ListLifecycleRules",
                    [=, this](const rpc::CallContext& call) { return ListRules(call, *response); });
}
grpc::ServerUnaryReactor* LifecycleService::DeleteLifecycleRule(grpc::CallbackServerContext* context,
                                                                const v1::DeleteLifecycleRuleRequest* request,
                                                                v1::DeleteLifecycleRuleResponse*) {
  return rpc::Serve(door_, context, "DeleteLifecycleRule",
                    [=, this](const rpc::CallContext& call) { return DeleteRule(call, *request); });
}

Status LifecycleService::SetRule(const rpc::CallContext& call, const v1::SetLifecycleRuleRequest& request, v1::LifecycleRule& response) {
  VEFA_TRY(std::string code, ParseSlugName(kRuleCollection, request.lifecycle_rule().name()));
  v1::LifecycleRule said = request.lifecycle_rule();
  said.clear_name();
  said.clear_version();
  said.clear_etag();
  said.clear_update_time();
  std::vector<Violation> violations;
  CheckRule(said, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  auto score_is_known = [&](postgres::Transaction& transaction) -> Status {
    if (said.score_definition().empty()) return Ok();
    VEFA_TRY(auto definitions, ReadDefinitionsOf(transaction, call.tenant, DefinitionKind::kScore));
    for (const Definition& definition : definitions)
      if (definition.code == CodeOf(said.score_definition())) return Ok();
    return Violations({{"lifecycle_rule.score_definition", "SCORE_DEFINITION_UNKNOWN", "Give one that ListScoreDefinitions returns."}});
  };
  const SettingOf setting{DefinitionKind::kLifecycleRule, kRuleCollection, kLifecycleRulesMax,
                          {Code::kResourceExhausted, "LIFECYCLE_RULES_TOO_MANY", "A tenant has at most 50 rules; delete one."}};
  VEFA_TRY(response, SetDefinition(database_, call, setting, code, request.lifecycle_rule().etag(), said, clock_, score_is_known));
  if (loop_ != nullptr) loop_->Wake();
  return Ok();
}

Status LifecycleService::ListRules(const rpc::CallContext& call, v1::ListLifecycleRulesResponse& response) {
  VEFA_TRY(auto definitions, ReadDefinitionsOf(database_, call.tenant, DefinitionKind::kLifecycleRule, call.deadline));
  RatingRules rules;
  for (const Definition& definition : definitions) rules.lifecycle.push_back(MessageOf<v1::LifecycleRule>(definition, kRuleCollection));
  Sort(rules);
  for (const v1::LifecycleRule& rule : rules.lifecycle) *response.add_lifecycle_rules() = rule;
  return Ok();
}

Status LifecycleService::DeleteRule(const rpc::CallContext& call, const v1::DeleteLifecycleRuleRequest& request) {
  VEFA_TRY(std::string code, ParseSlugName(kRuleCollection, request.name()));
  const Error missing = NotFound("LIFECYCLE_RULE_NOT_FOUND", "There is no such rule; list them.");
  return DeleteDefinition(database_, call, DefinitionKind::kLifecycleRule, code, missing, clock_);
}

}  // namespace vefa::contact
