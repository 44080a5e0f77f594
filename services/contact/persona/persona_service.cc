#include "services/contact/persona/persona_service.h"

#include "libs/rpc/serve.h"
#include "services/contact/contact_change.h"
#include "services/contact/contact_store.h"
#include "services/contact/persona/persona_proto.h"
#include "services/contact/rating/rating_filters.h"
#include "services/contact/rating/rating_store.h"
#include "services/contact/rating/rating_texts.h"

namespace vefa::contact {
namespace {

constexpr char kPersonaCollection[] = "personas";
constexpr size_t kPersonaTitleMax = 100, kPersonaTextMax = 2000;  // characters
constexpr int kSampleMax = 50, kSampleSize = 10;
constexpr int32_t kPreviewCountMax = 1000;  // As CountFiltered has it.

void CheckPersona(v1::Persona& persona, std::vector<Violation>& violations) {
  CheckTexts(*persona.mutable_titles(), "persona.titles", kPersonaTitleMax, true, violations);
  CheckTexts(*persona.mutable_descriptions(), "persona.descriptions", kPersonaTextMax, false, violations);
  CheckPriority(persona.priority(), "persona.priority", violations);
  CheckKeptFilter(persona.filter(), "persona.filter", violations);
}

}  // namespace

grpc::ServerUnaryReactor* PersonaService::SetPersona(grpc::CallbackServerContext* context, const v1::SetPersonaRequest* request,
                                                     v1::Persona* response) {
  return rpc::Serve(door_, context, "SetPersona", [=, this](const rpc::CallContext& call) { return Set(call, *request, *response); });
}
grpc::ServerUnaryReactor* PersonaService::ListPersonas(grpc::CallbackServerContext* context, const v1::ListPersonasRequest*,
                                                       v1::ListPersonasResponse* response) {
  return rpc::Serve(door_, context, "ListPersonas", [=, this](const rpc::CallContext& call) { return List(call, *response); });
}
grpc::ServerUnaryReactor* PersonaService::DeletePersona(grpc::CallbackServerContext* context, const v1::DeletePersonaRequest* request,
                                                        v1::DeletePersonaResponse*) {
  return rpc::Serve(door_, context, "DeletePersona", [=, this](const rpc::CallContext& call) { return Delete(call, *request); });
}
grpc::ServerUnaryReactor* PersonaService::PreviewPersona(grpc::CallbackServerContext* context, const v1::PreviewPersonaRequest* request,
                                                         v1::PreviewPersonaResponse* response) {
  return rpc::Serve(door_, context, "PreviewPersona",
                    [=, this](const rpc::CallContext& call) { return Preview(call, *request, *response); });
}
grpc::ServerUnaryReactor* PersonaService::ListContactPersonas(grpc::CallbackServerContext* context,
                                                              const v1::ListContactPersonasRequest* request,
                                                              v1::ListContactPersonasResponse* response) {
  return rpc::Serve(door_, context, {"ListContactPersonas", request},
                    [=, this](const rpc::CallContext& call) { return OfContact(call, *request, *response); });
}

Status PersonaService::Set(const rpc::CallContext& call, const v1::SetPersonaRequest& request, v1::Persona& response) {
  VEFA_TRY(std::string code, ParseSlugName(kPersonaCollection, request.persona().name()));
  v1::Persona said = request.persona();
  said.clear_name();
  said.clear_version();
  said.clear_etag();
  said.clear_update_time();
  std::vector<Violation> violations;
  CheckPersona(said, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  const SettingOf setting{DefinitionKind::kPersona, kPersonaCollection, kPersonasMax,
                          {Code::kResourceExhausted, "PERSONAS_TOO_MANY", "A tenant has at most 50 personas; delete one."}};
  VEFA_TRY(response, SetDefinition(database_, call, setting, code, request.persona().etag(), said, clock_));
  if (loop_ != nullptr) loop_->Wake();
  return Ok();
}

Status PersonaService::List(const rpc::CallContext& call, v1::ListPersonasResponse& response) {
  VEFA_TRY(auto definitions, ReadDefinitionsOf(database_, call.tenant, DefinitionKind::kPersona, call.deadline));
  RatingRules rules;
  for (const Definition& definition : definitions) rules.personas.push_back(MessageOf<v1::Persona>(definition, kPersonaCollection));
  Sort(rules);
  for (const v1::Persona& persona : rules.personas) *response.add_personas() = persona;
  return Ok();
}

Status PersonaService::Delete(const rpc::CallContext& call, const v1::DeletePersonaRequest& request) {
  VEFA_TRY(std::string code, ParseSlugName(kPersonaCollection, request.name()));
  const Error missing = NotFound("PERSONA_NOT_FOUND", "There is no such persona; list them.");
  VEFA_TRY_OK(DeleteDefinition(database_, call, DefinitionKind::kPersona, code, missing, clock_));
  if (loop_ != nullptr) loop_->Wake();
  return Ok();
}

Status PersonaService::Preview(const rpc::CallContext& call, const v1::PreviewPersonaRequest& request,
                               v1::PreviewPersonaResponse& response) {
  std::vector<Violation> violations;
  CheckKeptFilter(request.filter(), "filter", violations);
  if (request.sample_size() < 0 || request.sample_size() > kSampleMax)
    violations.push_back({"sample_size", "OUT_OF_RANGE", "Give at most 50, or 0 for 10."});
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(filter::Filter filter, filter::Read(request.filter(), ContactFields()));
  VEFA_TRY(int32_t count, CountFiltered(database_, call.tenant, filter, call.principal.owners, call.deadline));
  response.set_count(count);
  response.set_is_more(count >= kPreviewCountMax);
  ContactPage page;
  page.size = request.sample_size() == 0 ? kSampleSize : request.sample_size();
  VEFA_TRY(std::vector<Uuid> sample, ListFiltered(database_, call.tenant, filter, call.principal.owners, page, call.deadline));
  for (const Uuid& contact : sample) response.add_contacts(ResourceName("contacts", contact));
  return Ok();
}

Status PersonaService::OfContact(const rpc::CallContext& call, const v1::ListContactPersonasRequest& request,
                                 v1::ListContactPersonasResponse& response) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(auto personas, PersonasOf(database_, call.tenant, contact, call.deadline));
  if (!personas) return NoSuchContact();
  for (const StoredPersona& persona : *personas) *response.add_matches() = contact::ToProto(persona);
  return Ok();
}

}  // namespace vefa::contact
