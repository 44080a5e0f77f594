#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/postgres/database.h"
#include "services/gateway/saved_view.h"

namespace vefa::gateway {

// Who asks for views.
struct Viewer {
  Uuid tenant;
  std::string subject;  // `users/{uuid}` or `apiKeys/{uuid}`.
  Uuid id;              // Of it; a key is in no team.
};

// ALREADY_EXISTS `SAVED_VIEW_NAME_TAKEN`; RESOURCE_EXHAUSTED `SAVED_VIEWS_TOO_MANY`. Two at the same moment may pass the limit together by one.
Status InsertSavedView(postgres::Database& database, const Uuid& tenant, const SavedView& view, Deadline deadline);
// Nothing when there is none that he sees.
Result<std::optional<SavedView>> FindSavedView(postgres::Database& database, const Viewer& viewer, const Uuid& id, Deadline deadline);
// Those that he sees, made before `before`, the newest first; of one list, or of all where `resource` is empty.
Result<std::vector<SavedView>> ListSavedViews(postgres::Database& database, const Viewer& viewer, const std::string& resource,
                                              const Uuid& before, int size, Deadline deadline);
// Writes a view over the version before its own. False when that is no longer the present one. ALREADY_EXISTS `SAVED_VIEW_NAME_TAKEN`.
Result<bool> WriteSavedView(postgres::Database& database, const Uuid& tenant, const SavedView& view, Deadline deadline);
Status DeleteSavedView(postgres::Database& database, const Uuid& tenant, const Uuid& id, Deadline deadline);

}  // namespace vefa::gateway
