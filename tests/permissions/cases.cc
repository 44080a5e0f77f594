#include "tests/permissions/cases.h"

namespace vefa::permissions {

std::vector<Case> CasesOf(const std::string& permission, const rpc::PrincipalKey& key, const Uuid& tenant) {
  SystemClock clock;
  auto sign = [&](const rpc::PrincipalKey& by, const Uuid& of, std::string may, std::chrono::seconds life) {
    return by.Sign({of, "services/permissions", {std::move(may)}, clock.Now() + life});
  };
  const std::chrono::seconds alive(60);
  const Uuid nobody = NewUuidV7(clock);
  const rpc::PrincipalKey forger(std::string(32, 'f'));
  const bool open = permission == "public";
  const bool platform = permission.starts_with("platform.");
  std::vector<Case> cases{
      {"no principal", "", open ? "" : "PRINCIPAL_MISSING"},
      {"a forged principal", sign(forger, tenant, permission, alive), "PRINCIPAL_INVALID"},
      {"an expired principal", sign(key, tenant, permission, -alive), "PRINCIPAL_EXPIRED"},
      {"no principal at all", "nonsense", "PRINCIPAL_INVALID"},
  };
  if (open) return cases;
  cases.push_back({"another permission", sign(key, tenant, "nothing.at_all", alive), "PERMISSION_MISSING"});
  cases.push_back({"the permission and no such tenant", sign(key, nobody, permission, alive), "TENANT_UNKNOWN"});
  // `*` is everything of a tenant, and nothing of the platform.
  cases.push_back({"everything of a tenant", sign(key, nobody, "*", alive), platform ? "PERMISSION_MISSING" : "TENANT_UNKNOWN"});
  if (permission.ends_with(".read")) cases.push_back({"the permission", sign(key, tenant, permission, alive), ""});
  return cases;
}

}  // namespace vefa::permissions
