#include "services/gateway/roles.h"

namespace vefa::gateway {

std::optional<std::vector<std::string>> PermissionsOf(std::string_view role) {
  if (role == "operator") return std::vector<std::string>{"*", "platform.*"};
  if (role == "admin") return std::vector<std::string>{"*"};
  if (role == "viewer") return std::vector<std::string>{"*.read"};
  return std::nullopt;
}

}  // namespace vefa::gateway
