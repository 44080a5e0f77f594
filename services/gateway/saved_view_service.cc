#include "services/gateway/saved_view_service.h"

#include "libs/rpc/mask.h"
#include "libs/rpc/page.h"
#include "libs/rpc/time.h"
#include "services/gateway/saved_view_store.h"
#include "vefa/gateway/v1/saved_view_service.pb.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

constexpr std::string_view kViewFields[] = {"display_name", "query", "filter", "order_by", "columns", "scope"};
// What whoever keeps views for all must have.
constexpr char kForAll[] = "saved_views.write";

Error NoSuchView() { return NotFound("SAVED_VIEW_NOT_FOUND", "There is no such view that you see; list them."); }

Viewer ViewerOf(const LocalCall& call) {
  return {call.caller->session.tenant, call.caller->principal.subject, call.caller->session.user};
}

void Fill(const SavedView& view, v1::SavedView& out) {
  out.set_name(ResourceName("savedViews", view.id));
  out.set_display_name(view.display_name);
  out.set_resource(view.resource);
  out.set_query(view.query);
  out.set_filter(view.filter);
  out.set_order_by(view.order_by);
  for (const std::string& column : view.columns) out.add_columns(column);
  out.set_scope(static_cast<v1::SavedView::Scope>(view.scope));
  out.set_owner(view.owner);
  out.set_etag(std::to_string(view.version));
  *out.mutable_create_time() = rpc::ToProto(view.create_time);
  *out.mutable_update_time() = rpc::ToProto(view.update_time);
}

ViewScope ScopeOf(v1::SavedView::Scope scope) {
  return scope == v1::SavedView::SCOPE_UNSPECIFIED ? ViewScope::kOwn : static_cast<ViewScope>(scope);
}

// Brings over what the mask names.
void Apply(const v1::SavedView& said, const rpc::Mask& mask, SavedView& view) {
  if (mask.Has("display_name")) view.display_name = said.display_name();
  if (mask.Has("query")) view.query = said.query();
  if (mask.Has("filter")) view.filter = said.filter();
  if (mask.Has("order_by")) view.order_by = said.order_by();
  if (mask.Has("columns")) view.columns = {said.columns().begin(), said.columns().end()};
  if (mask.Has("scope")) view.scope = ScopeOf(said.scope());
}

// What is for all is kept by those who may.
Status CheckScope(const LocalCall& call, const SavedView& view) {
  return view.scope == ViewScope::kAll ? Authorize(*call.caller, kForAll, options::v1::SIGHT_OPEN) : Ok();
}

// The view, where the caller may change it.
Result<SavedView> FindToChange(postgres::Database& database, const LocalCall& call, const std::string& name) {
  VEFA_TRY(Uuid id, ParseResourceName("savedViews", name));
  const Viewer viewer = ViewerOf(call);
  VEFA_TRY(std::optional<SavedView> view, FindSavedView(database, viewer, id, call.deadline));
  if (!view) return NoSuchView();
  if (view->owner != viewer.subject && (view->scope != ViewScope::kAll || !call.caller->principal.May(kForAll)))
    return Error{Code::kPermissionDenied, "SAVED_VIEW_OF_ANOTHER", "Only who made it changes this view; keep one of your own."};
  return *std::move(view);
}

Status Create(postgres::Database& database, const Clock& clock, const LocalCall& call, const v1::SavedView& said, v1::SavedView& out) {
  SavedView view;
  view.id = NewUuidV7(clock);
  view.owner = call.caller->principal.subject;
  view.resource = said.resource();
  view.display_name = said.display_name();
  view.query = said.query();
  view.filter = said.filter();
  view.order_by = said.order_by();
  view.columns = {said.columns().begin(), said.columns().end()};
  view.scope = ScopeOf(said.scope());
  view.create_time = view.update_time = clock.Now();
  if (auto violations = Check(view); !violations.empty()) return Violations(std::move(violations));
  VEFA_TRY_OK(CheckScope(call, view));
  VEFA_TRY_OK(InsertSavedView(database, call.caller->session.tenant, view, call.deadline));
  Fill(view, out);
  return Ok();
}

Status Update(postgres::Database& database, const Clock& clock, const LocalCall& call, const v1::UpdateSavedViewRequest& request,
              v1::SavedView& out) {
  VEFA_TRY(rpc::Mask mask, rpc::Mask::Read(request.update_mask(), request.saved_view(), kViewFields));
  VEFA_TRY(SavedView view, FindToChange(database, call, request.saved_view().name()));
  const std::string present = std::to_string(view.version);
  VEFA_TRY_OK(rpc::CheckEtag(request.saved_view().etag(), present));
  Apply(request.saved_view(), mask, view);
  if (auto violations = Check(view); !violations.empty()) return Violations(std::move(violations));
  VEFA_TRY_OK(CheckScope(call, view));
  ++view.version;
  view.update_time = clock.Now();
  VEFA_TRY(bool written, WriteSavedView(database, call.caller->session.tenant, view, call.deadline));
  // Somebody was quicker by a moment: as if what was read had been said.
  if (!written) return rpc::CheckEtag(present, std::to_string(view.version));
  Fill(view, out);
  return Ok();
}

Status List(postgres::Database& database, const std::string& secret, const LocalCall& call, const v1::ListSavedViewsRequest& request,
            v1::ListSavedViewsResponse& out) {
  if (!request.resource().empty() && !IsListed(request.resource()))
    return Violations({{"resource", "RESOURCE_UNKNOWN", "Name a list as REST does, for example contacts."}});
  VEFA_TRY(int size, rpc::PageSize(request.page_size()));
  const Viewer viewer = ViewerOf(call);
  const std::string scope = "ListSavedViews|" + viewer.tenant.ToString() + "|" + viewer.subject + "|" + request.resource();
  VEFA_TRY(auto after, rpc::ReadPageToken(secret, scope, request.page_token(), 1));
  Uuid before = rpc::AfterEveryId();
  if (!after.empty()) {
    VEFA_TRY(before, Uuid::Parse(after.front()));
  }
  // One more than asked for tells whether there is a next page.
  VEFA_TRY(std::vector<SavedView> views, ListSavedViews(database, viewer, request.resource(), before, size + 1, call.deadline));
  if (static_cast<int>(views.size()) > size) {
    views.pop_back();
    out.set_next_page_token(rpc::MakePageToken(secret, scope, {views.back().id.ToString()}));
  }
  for (const SavedView& view : views) Fill(view, *out.add_saved_views());
  return Ok();
}

}  // namespace

void AddSavedViewService(Api& api, postgres::Database& database, const Clock& clock, std::string secret) {
  const std::string service = "vefa.gateway.v1.SavedViewService.";
  api.AddLocal(service + "CreateSavedView", [&database, &clock](const LocalCall& call, const pb::Message& in, pb::Message& out) {
    return Create(database, clock, call, static_cast<const v1::CreateSavedViewRequest&>(in).saved_view(), static_cast<v1::SavedView&>(out));
  });
  api.AddLocal(service + "GetSavedView", [&database](const LocalCall& call, const pb::Message& in, pb::Message& out) -> Status {
    VEFA_TRY(Uuid id, ParseResourceName("savedViews", static_cast<const v1::GetSavedViewRequest&>(in).name()));
    VEFA_TRY(std::optional<SavedView> view, FindSavedView(database, ViewerOf(call), id, call.deadline));
    if (!view) return NoSuchView();
    Fill(*view, static_cast<v1::SavedView&>(out));
    return Ok();
  });
  api.AddLocal(service + "ListSavedViews",
               [&database, secret = std::move(secret)](const LocalCall& call, const pb::Message& in, pb::Message& out) {
                 return List(database, secret, call, static_cast<const v1::ListSavedViewsRequest&>(in),
                             static_cast<v1::ListSavedViewsResponse&>(out));
               });
  api.AddLocal(service + "UpdateSavedView", [&database, &clock](const LocalCall& call, const pb::Message& in, pb::Message& out) {
    return Update(database, clock, call, static_cast<const v1::UpdateSavedViewRequest&>(in), static_cast<v1::SavedView&>(out));
  });
  api.AddLocal(service + "DeleteSavedView", [&database](const LocalCall& call, const pb::Message& in, pb::Message&) -> Status {
    VEFA_TRY(SavedView view, FindToChange(database, call, static_cast<const v1::DeleteSavedViewRequest&>(in).name()));
    return DeleteSavedView(database, call.caller->session.tenant, view.id, call.deadline);
  });
}

}  // namespace vefa::gateway
