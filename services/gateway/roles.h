#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vefa::gateway {

// What a role may do: `operator` everything, also what reaches across tenants; `admin` everything of
// the tenant; `viewer` every reading of it. Nothing for an unknown role.
std::optional<std::vector<std::string>> PermissionsOf(std::string_view role);

}  // namespace vefa::gateway
