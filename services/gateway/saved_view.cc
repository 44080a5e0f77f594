#include "services/gateway/saved_view.h"

#include <algorithm>

#include "libs/base/text.h"

namespace vefa::gateway {
namespace {

constexpr size_t kViewNameMax = 100;    // characters
constexpr size_t kViewQueryMax = 100;   // characters, as the lists have it
constexpr size_t kViewFilterMax = 2000;  // bytes, as filter::kBytesMax
constexpr size_t kViewOrderMax = 100;   // bytes
constexpr size_t kColumnsMax = 50;
constexpr size_t kColumnMax = 100;      // bytes

constexpr std::string_view kLists[] = {"affiliations", "boundaries", "campaigns", "contacts", "duplicates", "imports", "messages", "organizations",
                                       "personas", "purposes", "relationships", "rightsRequests", "scores", "segments", "templates"};

bool IsColumn(std::string_view column) {
  return !column.empty() && column.size() <= kColumnMax && std::all_of(column.begin(), column.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  });
}

}  // namespace

bool IsListed(std::string_view resource) { return std::find(std::begin(kLists), std::end(kLists), resource) != std::end(kLists); }

std::vector<Violation> Check(const SavedView& view) {
  std::vector<Violation> violations;
  auto refuse = [&](const std::string& field, const char* reason, const char* advice) {
    violations.push_back({"saved_view." + field, reason, advice});
  };
  if (view.display_name.empty() || !IsUtf8(view.display_name) || Utf8Length(view.display_name) > kViewNameMax)
    refuse("display_name", "DISPLAY_NAME_LENGTH", "Give a name of 1 to 100 characters.");
  if (!IsListed(view.resource)) refuse("resource", "RESOURCE_UNKNOWN", "Name a list as REST does, for example contacts.");
  if (!IsUtf8(view.query) || Utf8Length(view.query) > kViewQueryMax) refuse("query", "TOO_LONG", "Search for at most 100 characters.");
  if (!IsUtf8(view.filter) || view.filter.size() > kViewFilterMax) refuse("filter", "FILTER_TOO_LONG", "Give a filter of at most 2,000 bytes.");
  if (!IsUtf8(view.order_by) || view.order_by.size() > kViewOrderMax) refuse("order_by", "TOO_LONG", "Give an order of at most 100 bytes.");
  if (view.columns.size() > kColumnsMax) refuse("columns", "VIEW_COLUMNS_COUNT", "Give at most 50 columns.");
  for (size_t i = 0; i < std::min(view.columns.size(), kColumnsMax); ++i)
    if (!IsColumn(view.columns[i]))
      refuse("columns[" + std::to_string(i) + "]", "COLUMN_SYNTAX", "Give 1 to 100 letters, digits, underscores, points and hyphens.");
  if (view.scope < ViewScope::kOwn || view.scope > ViewScope::kAll)
    refuse("scope", "SCOPE_UNKNOWN", "Give SCOPE_OWN, SCOPE_TEAM or SCOPE_ALL.");
  return violations;
}

}  // namespace vefa::gateway
