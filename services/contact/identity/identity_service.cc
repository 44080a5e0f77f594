#include "services/contact/identity/identity_service.h"

#include "libs/rpc/serve.h"
#include "services/contact/contact_change.h"
#include "services/contact/contact_proto.h"
#include "services/contact/identity/identifying.h"
#include "services/contact/identity/identity_proto.h"
#include "services/contact/merge/merging.h"
#include "services/contact/sight/contact_sight.h"

namespace vefa::contact {
namespace {

constexpr int kIdentitiesAskedMax = 1000;

struct IdentityPath {
  Uuid contact;
  Uuid identity;
};

// `contacts/{uuid}/identities/{uuid}` taken apart.
Result<IdentityPath> ParseIdentityName(const std::string& name) {
  const size_t cut = name.find("/identities/");
  if (cut == std::string::npos)
    return Violations({{"name", "RESOURCE_NAME", "Give a name of the form contacts/{uuid}/identities/{uuid}."}});
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", name.substr(0, cut)));
  VEFA_TRY(Uuid identity, ParseResourceName("identities", name.substr(cut + 1)));
  return IdentityPath{contact, identity};
}

}  // namespace

grpc::ServerUnaryReactor* IdentityService::IdentifyContact(grpc::CallbackServerContext* context,
                                                           const v1::IdentifyContactRequest* request,
                                                           v1::IdentifyContactResponse* response) {
  return rpc::Serve(door_, context, "IdentifyContact",
                    [=, this](const rpc::CallContext& call) { return Identify(call, *request, *response); });
}
grpc::ServerUnaryReactor* IdentityService::FindIdentities(grpc::CallbackServerContext* context,
                                                          const v1::FindIdentitiesRequest* request,
                                                          v1::FindIdentitiesResponse* response) {
  return rpc::Serve(door_, context, "FindIdentities",
                    [=, this](const rpc::CallContext& call) { return Find(call, *request, *response); });
}
grpc::ServerUnaryReactor* IdentityService::ListIdentities(grpc::CallbackServerContext* context,
                                                          const v1::ListIdentitiesRequest* request,
                                                          v1::ListIdentitiesResponse* response) {
  return rpc::Serve(door_, context, {"ListIdentities", request},
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}
grpc::ServerUnaryReactor* IdentityService::UnlinkIdentity(grpc::CallbackServerContext* context,
                                                          const v1::UnlinkIdentityRequest* request, v1::UnlinkIdentityResponse*) {
  return rpc::Serve(door_, context, {"UnlinkIdentity", request}, [=, this](const rpc::CallContext& call) { return Unlink(call, *request); });
}

// The same call again finds what it made: it needs no request id.
Status IdentityService::Identify(const rpc::CallContext& call, const v1::IdentifyContactRequest& request,
                                 v1::IdentifyContactResponse& response) {
  Identity identity = contact::FromProto(request.identity());
  std::vector<Violation> violations;
  Check(identity, "identity.", violations);
  const std::string language = request.language().empty() ? "en" : request.language();
  if (language != "en" && language != "tr") violations.push_back({"language", "LANGUAGE_UNKNOWN", "Give tr or en."});
  VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
  std::optional<Contact> person;
  if (request.has_contact()) {
    person = contact::FromProto(request.contact(), "contact.", violations);
    Normalise(*person, "contact.", violations);
    NormaliseValues(*definitions, {}, person->attributes, "contact.", violations);
    // What was not said does not undo what a visitor chose.
    if (request.contact().language().empty()) person->language = request.language();
  }
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  identity.id = NewUuidV7(clock_);
  VEFA_TRY(IdentifyOutcome done, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                         [&](postgres::Transaction& transaction) {
                                                           return Identifying(transaction, *sealer, *definitions, clock_,
                                                                              call.principal.subject)
                                                               .Identify(identity, person, language);
                                                         }));
  Committed(call.tenant, done.changed);
  response.set_contact(ResourceName("contacts", done.contact));
  response.set_outcome(static_cast<v1::IdentifyContactResponse::Outcome>(done.step));
  response.set_anonymous(done.anonymous);
  if (!done.merge.is_nil()) response.set_merge(ResourceName("merges", done.merge));
  return Ok();
}

Status IdentityService::Find(const rpc::CallContext& call, const v1::FindIdentitiesRequest& request, v1::FindIdentitiesResponse& response) {
  if (request.identities_size() > kIdentitiesAskedMax) return InvalidArgument("BATCH_TOO_LARGE", "Ask for at most 1,000 at once.");
  std::vector<Violation> violations;
  std::vector<std::string> sources, values;
  for (int i = 0; i < request.identities_size(); ++i) {
    const Identity identity = contact::FromProto(request.identities(i));
    Check(identity, "identities[" + std::to_string(i) + "].", violations);
    sources.push_back(identity.source);
    values.push_back(identity.value);
  }
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(auto found, contact::FindIdentities(database_, call.tenant, sources, values, call.deadline));
  std::vector<Uuid> contacts;
  for (const std::optional<Identified>& one : found)
    if (one) contacts.push_back(one->contact);
  VEFA_TRY(auto seen, SeenAmong(database_, call.principal, contacts, call.deadline));
  for (const std::optional<Identified>& one : found) {
    v1::IdentityAnswer& answer = *response.add_answers();
    if (!one || !seen.contains(one->contact)) continue;
    answer.set_contact(ResourceName("contacts", one->contact));
    answer.set_anonymous(one->anonymous);
  }
  return Ok();
}

Status IdentityService::List(const rpc::CallContext& call, const v1::ListIdentitiesRequest& request, v1::ListIdentitiesResponse& response) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(auto identities, contact::ListIdentities(database_, call.tenant, contact, call.deadline));
  if (!identities) return NoSuchContact();
  for (const Identity& identity : *identities) *response.add_identities() = contact::ToProto(identity);
  return Ok();
}

Status IdentityService::Unlink(const rpc::CallContext& call, const v1::UnlinkIdentityRequest& request) {
  VEFA_TRY(IdentityPath path, ParseIdentityName(request.name()));
  VEFA_TRY(auto version, postgres::InTransaction(
                             database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                             [&](postgres::Transaction& transaction) -> Result<std::optional<int64_t>> {
                               VEFA_TRY(auto record, LockContact(transaction, call.tenant, path.contact));
                               if (!record) return NoSuchContact();
                               if (record->erase_time) return ContactErased();
                               return DeleteIdentity(transaction, call.tenant, path.contact, path.identity, clock_);
                             }));
  if (version) Committed(call.tenant, {{path.contact, *version}});
  return Ok();
}

void IdentityService::Committed(const Uuid& tenant, const std::vector<ContactVersion>& changed) const {
  if (changed.empty()) return;
  copies_.Changed(tenant, changed);
  if (relay_ != nullptr) relay_->Wake();
}

}  // namespace vefa::contact
