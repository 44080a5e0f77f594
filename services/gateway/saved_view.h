#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::gateway {

// The most that one user or key may keep.
inline constexpr int64_t kSavedViewsMax = 200;

// Who sees a view; the numbers are those of the contract and of the table.
enum class ViewScope { kOwn = 1, kTeam = 2, kAll = 3 };

// How somebody looks at a list.
struct SavedView {
  Uuid id;
  std::string owner;
  std::string display_name;
  std::string resource;
  std::string query;
  std::string filter;
  std::string order_by;
  std::vector<std::string> columns;
  ViewScope scope = ViewScope::kOwn;
  int64_t version = 1;
  Time create_time;
  Time update_time;
};

// Whether there is such a list.
bool IsListed(std::string_view resource);
// Every violation of the limits that saved_view_service.proto names.
std::vector<Violation> Check(const SavedView& view);

}  // namespace vefa::gateway
