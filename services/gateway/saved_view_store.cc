#include "services/gateway/saved_view_store.h"

#include "libs/postgres/errors.h"
#include "services/gateway/api_key_store.h"

namespace vefa::gateway {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define VIEW_COLUMNS                                                                                                   \
  "v.id, v.owner, v.display_name, v.resource, v.query, v.filter, v.order_by, v.columns, v.scope, v.version, v.create_time, v.update_time"
// Which of the views `v` are seen by the subject $2 with the id $3.
#define VIEW_IS_SEEN                                                                                                   \
  "(v.owner = $2 OR v.scope = 3 OR v.scope = 2 AND v.owner IN (SELECT 'users/' || m.user_id FROM team_member mine"     \
  " JOIN team_member m ON m.tenant_id = mine.tenant_id AND m.team_id = mine.team_id WHERE mine.tenant_id = $1 AND mine.user_id = $3))"

const Statement kInsertView{
    "saved_view_insert",
    "WITH added AS (INSERT INTO saved_view (tenant_id, id, owner, display_name, resource, query, filter, order_by, columns, scope, version,"
    "   create_time, update_time) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $11"
    "  WHERE (SELECT count(*) FROM saved_view WHERE tenant_id = $1 AND owner = $3) < $12"
    "  ON CONFLICT ON CONSTRAINT saved_view_name_key DO NOTHING RETURNING 1)"
    " SELECT EXISTS (SELECT 1 FROM added),"
    "  EXISTS (SELECT 1 FROM saved_view WHERE tenant_id = $1 AND owner = $3 AND resource = $5 AND display_name = $4)"};
const Statement kFindView{"saved_view_find",
                          "SELECT " VIEW_COLUMNS " FROM saved_view v WHERE v.tenant_id = $1 AND v.id = $4 AND " VIEW_IS_SEEN};
const Statement kListViews{"saved_view_list",
                           "SELECT " VIEW_COLUMNS " FROM saved_view v WHERE v.tenant_id = $1 AND v.id < $5"
                           " AND ($4 = '' OR v.resource = $4) AND " VIEW_IS_SEEN " ORDER BY v.id DESC LIMIT $6"};
const Statement kWriteView{
    "saved_view_write",
    "UPDATE saved_view SET display_name = $3, query = $4, filter = $5, order_by = $6, columns = $7, scope = $8, version = $9, update_time = $10"
    " WHERE tenant_id = $1 AND id = $2 AND version = $9 - 1"};
const Statement kDeleteView{"saved_view_delete", "DELETE FROM saved_view WHERE tenant_id = $1 AND id = $2"};

Error NameTaken() {
  return {Code::kAlreadyExists, "SAVED_VIEW_NAME_TAKEN", "You have a view of this name for this list; change that or choose another name."};
}

SavedView ReadView(const Rows& rows, int row) {
  SavedView view;
  view.id = rows.Id(row, 0);
  view.owner = rows.String(row, 1);
  view.display_name = rows.String(row, 2);
  view.resource = rows.String(row, 3);
  view.query = rows.String(row, 4);
  view.filter = rows.String(row, 5);
  view.order_by = rows.String(row, 6);
  view.columns = SplitWords(rows.Text(row, 7));
  view.scope = static_cast<ViewScope>(rows.Int32(row, 8));
  view.version = rows.Int64(row, 9);
  view.create_time = rows.Timestamp(row, 10);
  view.update_time = rows.Timestamp(row, 11);
  return view;
}

}  // namespace

Status InsertSavedView(postgres::Database& database, const Uuid& tenant, const SavedView& view, Deadline deadline) {
  VEFA_TRY(Rows rows,
           database.Run(Scope::Tenant(tenant), kInsertView,
                        Bound(tenant, view.id, view.owner, view.display_name, view.resource, view.query, view.filter, view.order_by,
                              JoinWords(view.columns), static_cast<int16_t>(view.scope), view.create_time, kSavedViewsMax),
                        deadline));
  if (rows.Bool(0, 0)) return Ok();
  if (rows.Bool(0, 1)) return NameTaken();
  return Error{Code::kResourceExhausted, "SAVED_VIEWS_TOO_MANY", "You have 200 views; delete one that is not needed."};
}

Result<std::optional<SavedView>> FindSavedView(postgres::Database& database, const Viewer& viewer, const Uuid& id, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(viewer.tenant), kFindView, Bound(viewer.tenant, viewer.subject, viewer.id, id), deadline));
  return rows.empty() ? std::nullopt : std::optional(ReadView(rows, 0));
}

Result<std::vector<SavedView>> ListSavedViews(postgres::Database& database, const Viewer& viewer, const std::string& resource,
                                              const Uuid& before, int size, Deadline deadline) {
  VEFA_TRY(Rows rows,
           database.Run(Scope::Tenant(viewer.tenant), kListViews,
                        Bound(viewer.tenant, viewer.subject, viewer.id, resource, before, static_cast<int32_t>(size)), deadline));
  std::vector<SavedView> views;
  for (int i = 0; i < rows.size(); ++i) views.push_back(ReadView(rows, i));
  return views;
}

Result<bool> WriteSavedView(postgres::Database& database, const Uuid& tenant, const SavedView& view, Deadline deadline) {
  auto written = database.Run(Scope::Tenant(tenant), kWriteView,
                              Bound(tenant, view.id, view.display_name, view.query, view.filter, view.order_by, JoinWords(view.columns),
                                    static_cast<int16_t>(view.scope), view.version, view.update_time),
                              deadline);
  if (!written.ok() && postgres::ConstraintOf(written.error()) == "saved_view_name_key") return NameTaken();
  if (!written.ok()) return std::move(written).error();
  return written->affected() == 1;
}

Status DeleteSavedView(postgres::Database& database, const Uuid& tenant, const Uuid& id, Deadline deadline) {
  VEFA_TRY_OK(database.Run(Scope::Tenant(tenant), kDeleteView, Bound(tenant, id), deadline));
  return Ok();
}

}  // namespace vefa::gateway
