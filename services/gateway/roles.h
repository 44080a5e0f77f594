#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vefa::gateway {

// What a role may do: `admin` everything, `viewer` every reading. Nothing for an unknown role.
std::optional<std::vector<std::string>> PermissionsOf(std::string_view role);

}  // namespace vefa::gateway
