#include "services/contact/organization/organization_service.h"

#include "libs/base/text.h"
#include "libs/rpc/mask.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "services/contact/organization/organization_events.h"
#include "services/contact/organization/organization_proto.h"
#include "services/contact/party/party_store.h"

namespace vefa::contact {
namespace {

constexpr size_t kOrganizationQueryMax = 100;  // characters
constexpr std::string_view kOrganizationFields[] = {
    "external_id", "legal_name", "brand_name", "tax_no",  "mersis_no", "trade_registry_no",
    "is_merchant", "industry",   "size",       "country", "parent"};

// Answers are about nobody that can be erased.
std::string AboutNobody(const v1::Organization&) { return ""; }

Error OrganizationArchived() {
  return {Code::kFailedPrecondition, "ORGANIZATION_ARCHIVED",
          "This organisation is archived; nothing new can be recorded of it."};
}

}  // namespace

#define VEFA_SERVE(method, Request, Response, handler)                                                        \
  grpc::ServerUnaryReactor* OrganizationService::method(grpc::CallbackServerContext* context,                 \
                                                        const v1::Request* request, v1::Response* response) { \
    return rpc::Serve(door_, context, #method,                                                                \
                      [=, this](const rpc::CallContext& call) { return handler(call, *request, *response); }); \
  }
VEFA_SERVE(CreateOrganization, CreateOrganizationRequest, Organization, Create)
VEFA_SERVE(GetOrganization, GetOrganizationRequest, Organization, Get)
VEFA_SERVE(ListOrganizations, ListOrganizationsRequest, ListOrganizationsResponse, List)
VEFA_SERVE(UpdateOrganization, UpdateOrganizationRequest, Organization, Update)
VEFA_SERVE(ArchiveOrganization, ArchiveOrganizationRequest, Organization, Archive)
VEFA_SERVE(GetOrganizationTree, GetOrganizationTreeRequest, OrganizationTree, Tree)
#undef VEFA_SERVE

Status OrganizationService::Create(const rpc::CallContext& call, const v1::CreateOrganizationRequest& request,
                                   v1::Organization& response) {
  Organization organization;
  std::vector<Violation> violations;
  Take(request.organization(), nullptr, "organization.", organization, violations);
  Normalise(organization, "organization.", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  rpc::Attempt attempt{call.tenant, request.request_id(), "CreateOrganization", request.organization().SerializeAsString()};
  VEFA_TRY(response, Once<v1::Organization>(
                         database_, attempt, call.deadline,
                         [&](postgres::Transaction& transaction) -> Result<v1::Organization> {
                           VEFA_TRY(Organization made,
                                    contact::CreateOrganization(transaction, call.tenant, organization, clock_));
                           return ToProto(made);
                         },
                         AboutNobody));
  Committed();
  return Ok();
}

Status OrganizationService::Get(const rpc::CallContext& call, const v1::GetOrganizationRequest& request,
                                v1::Organization& response) {
  VEFA_TRY(Uuid id, ParseResourceName("organizations", request.name()));
  VEFA_TRY(auto found, contact::GetOrganization(database_, call.tenant, id, call.deadline));
  if (!found) return NoSuchOrganization();
  response = ToProto(*found);
  return Ok();
}

Status OrganizationService::List(const rpc::CallContext& call, const v1::ListOrganizationsRequest& request,
                                 v1::ListOrganizationsResponse& response) {
  OrganizationPage page;
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  std::vector<Violation> violations;
  FieldRules rules("", violations);
  rules.That(IsUtf8(request.query()) && Utf8Length(request.query()) <= kOrganizationQueryMax, "query", "TOO_LONG",
             "Search for at most 100 characters.");
  if (!request.order_by().empty()) page.order_by = request.order_by();
  rules.That(page.order_by == "legal_name" || page.order_by == "create_time" || page.order_by == "create_time desc",
             "order_by", "ORDER_BY_UNKNOWN", "Order by legal_name, create_time or create_time desc.");
  page.state = static_cast<OrganizationState>(ReadEnum(request.state(), v1::OrganizationState_IsValid, "state", rules));
  if (!request.parent().empty()) {
    auto parent = ParseResourceName("organizations", request.parent());
    rules.That(parent.ok(), "parent", "NAME_SYNTAX", "Give organizations/{uuid}.");
    if (parent.ok()) page.parent = *parent;
  }
  if (!violations.empty()) return Violations(std::move(violations));
  page.query = request.query();
  std::string scope = "ListOrganizations|" + call.tenant.ToString() + "|" + page.order_by + "|" + request.parent() + "|" +
                      std::to_string(static_cast<int>(page.state)) + "|" + request.query();
  VEFA_TRY(page.after, rpc::ReadPageToken(secret_, scope, request.page_token(), 2));
  // One row more than asked for tells whether there is a next page.
  int wanted = page.size++;
  VEFA_TRY(auto organizations, contact::ListOrganizations(database_, call.tenant, page, call.deadline));
  if (static_cast<int>(organizations.size()) > wanted) {
    organizations.pop_back();
    response.set_next_page_token(
        rpc::MakePageToken(secret_, scope, OrganizationKeys(organizations.back(), page.order_by)));
  }
  for (const Organization& organization : organizations) *response.add_organizations() = ToProto(organization);
  return Ok();
}

Status OrganizationService::Update(const rpc::CallContext& call, const v1::UpdateOrganizationRequest& request,
                                   v1::Organization& response) {
  VEFA_TRY(Uuid id, ParseResourceName("organizations", request.organization().name()));
  VEFA_TRY(rpc::Mask mask, rpc::Mask::Read(request.update_mask(), request.organization(), kOrganizationFields));
  v1::UpdateOrganizationRequest asked = request;
  asked.clear_request_id();
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Organization> {
    if (mask.Has("parent")) VEFA_TRY_OK(HoldTrees(transaction, call.tenant));
    VEFA_TRY(auto before, HoldOrganization(transaction, call.tenant, id, OrganizationHold::kToUpdate));
    if (!before) return NoSuchOrganization();
    VEFA_TRY_OK(rpc::CheckEtag(request.organization().etag(), EtagOf(before->version)));
    if (before->state == OrganizationState::kArchived) return OrganizationArchived();
    Organization after = *before;
    std::vector<Violation> broken;
    Take(request.organization(), &mask, "organization.", after, broken);
    Normalise(after, "organization.", broken);
    if (!broken.empty()) return Violations(std::move(broken));
    if (after == *before) return ToProto(after);
    VEFA_TRY(Organization changed, ChangeOrganization(transaction, call.tenant, *before, std::move(after),
                                                      kOrganizationUpdatedType, clock_));
    return ToProto(changed);
  };
  rpc::Attempt attempt{call.tenant, request.request_id(), "UpdateOrganization", asked.SerializeAsString()};
  VEFA_TRY(response, Once<v1::Organization>(database_, attempt, call.deadline, work, AboutNobody));
  Committed();
  return Ok();
}

Status OrganizationService::Archive(const rpc::CallContext& call, const v1::ArchiveOrganizationRequest& request,
                                    v1::Organization& response) {
  VEFA_TRY(Uuid id, ParseResourceName("organizations", request.name()));
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Organization> {
    VEFA_TRY(auto before, HoldOrganization(transaction, call.tenant, id, OrganizationHold::kToArchive));
    if (!before) return NoSuchOrganization();
    if (before->state == OrganizationState::kArchived) return ToProto(*before);
    VEFA_TRY_OK(rpc::CheckEtag(request.etag(), EtagOf(before->version)));
    Organization after = *before;
    after.state = OrganizationState::kArchived;
    VEFA_TRY(Organization changed, ChangeOrganization(transaction, call.tenant, *before, std::move(after),
                                                      kOrganizationArchivedType, clock_));
    return ToProto(changed);
  };
  rpc::Attempt attempt{call.tenant, request.request_id(), "ArchiveOrganization", request.name() + "|" + request.etag()};
  VEFA_TRY(response, Once<v1::Organization>(database_, attempt, call.deadline, work, AboutNobody));
  Committed();
  return Ok();
}

Status OrganizationService::Tree(const rpc::CallContext& call, const v1::GetOrganizationTreeRequest& request,
                                 v1::OrganizationTree& response) {
  VEFA_TRY(Uuid id, ParseResourceName("organizations", request.name()));
  if (request.levels() < 0 || request.levels() > kTreeLevelsMax)
    return Violations({{"levels", "LEVELS_OUT_OF_RANGE", "Ask for 1 to 32 levels, or 0 for all."}});
  int levels = request.levels() == 0 ? kTreeLevelsMax : request.levels();
  VEFA_TRY(OrganizationFamily family, GetFamily(database_, call.tenant, id, levels, call.deadline));
  if (!family.self) return NoSuchOrganization();
  if (family.descendants.size() > static_cast<size_t>(kTreeShownMax)) {
    family.descendants.pop_back();
    response.set_truncated(true);
  }
  *response.mutable_organization() = ToProto(*family.self);
  for (const Organization& above : family.ancestors) *response.add_ancestors() = ToProto(above);
  for (const Organization& below : family.descendants) *response.add_descendants() = ToProto(below);
  return Ok();
}

}  // namespace vefa::contact
