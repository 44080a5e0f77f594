#include "services/campaign/template/template_service.h"

#include "services/campaign/template/template_proto.h"
#include "services/campaign/template/template_store.h"

namespace vefa::campaign {

Status TemplateService::Create(const rpc::CallContext& call, const v1::CreateTemplateRequest& request,
                               v1::Template& response) {
  Template content = FromProto(request.template_());
  content.slug = request.template_id();
  std::vector<Violation> violations;
  Normalise(content, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(Template stored, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                    [&](postgres::Transaction& transaction) {
                                                      return CreateTemplate(transaction, call.tenant, content, clock_);
                                                    }));
  response = ToProto(stored);
  return Ok();
}

Status TemplateService::Get(const rpc::CallContext& call, const v1::GetTemplateRequest& request,
                            v1::Template& response) {
  VEFA_TRY(std::string slug, ParseSlugName("templates", request.name()));
  VEFA_TRY(Template content, GetTemplate(database_, call.tenant, slug, call.deadline));
  response = ToProto(content);
  return Ok();
}

Status TemplateService::List(const rpc::CallContext& call, v1::ListTemplatesResponse& response) {
  VEFA_TRY(auto templates, ListTemplates(database_, call.tenant, call.deadline));
  for (const Template& content : templates) *response.add_templates() = ToProto(content);
  return Ok();
}

}  // namespace vefa::campaign
