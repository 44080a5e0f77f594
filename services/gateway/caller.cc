#include "services/gateway/caller.h"

#include <algorithm>
#include <charconv>

#include "services/gateway/roles.h"

namespace vefa::gateway {
namespace {

constexpr std::string_view kBearer = "Bearer ";

bool IsRead(const http::Request& request) { return request.method == "GET" || request.method == "HEAD"; }

Status CheckCsrf(const http::Request& request, const std::string& token) {
  VEFA_TRY_OK(RefuseCrossSite(request));
  std::string_view sent = request.headers.Get("X-Csrf-Token");
  if (sent.empty())
    return Error{Code::kPermissionDenied, "CSRF_TOKEN_MISSING",
                 "Send the session's csrfToken as X-Csrf-Token with every write."};
  if (!crypto::ConstantTimeEqual(sent, CsrfTokenOf(token)))
    return Error{Code::kPermissionDenied, "CSRF_TOKEN_WRONG", "Read the session again for its present csrfToken."};
  return Ok();
}

}  // namespace

std::string CookiePolicy::Set(const std::string& token) const {
  auto life = std::chrono::duration_cast<std::chrono::seconds>(kSessionLife);
  return http::SetCookie{name(), token, secure, life.count()}.ToString();
}

std::string CookiePolicy::Clear() const { return http::SetCookie{name(), "", secure, 0}.ToString(); }

Status RefuseCrossSite(const http::Request& request) {
  std::string_view site = request.headers.Get("Sec-Fetch-Site");
  if (site.empty() || site == "same-origin" || site == "none") return Ok();
  return Error{Code::kPermissionDenied, "CROSS_SITE", "This is only for pages of this very address."};
}

Result<Caller> Callers::Authenticate(const http::Request& request, const CookiePolicy& cookie, Deadline deadline) {
  Caller caller;
  std::string_view authorization = request.headers.Get("Authorization");
  if (!authorization.empty()) {
    if (!http::EqualsIgnoreCase(authorization.substr(0, kBearer.size()), kBearer))
      return Error{Code::kUnauthenticated, "AUTHORIZATION_SYNTAX",
                   "Send `Authorization: Bearer` with a session's token or a key."};
    caller.token = authorization.substr(kBearer.size());
  } else if (auto value = http::FindCookie(request.headers.Get("Cookie"), cookie.name()); value && !value->empty()) {
    caller.token = *value;
    if (!IsRead(request)) VEFA_TRY_OK(CheckCsrf(request, caller.token));
  } else {
    return Error{Code::kUnauthenticated, "SESSION_MISSING", "Sign in first."};
  }
  VEFA_TRY_OK(caller.token.starts_with(kApiKeyPrefix) ? ByKey(caller, deadline) : BySession(caller, deadline));
  VEFA_TRY_OK(limits_.Take(caller.session.tenant));
  caller.principal.tenant = caller.session.tenant;
  caller.principal.expire_time = std::min(rpc::PrincipalEnd(clock_.Now()), caller.session.expire_time);
  return caller;
}

Status Callers::BySession(Caller& caller, Deadline deadline) {
  VEFA_TRY(caller.session, sessions_.Find(caller.token, deadline));
  caller.principal.subject = ResourceName("users", caller.session.user);
  caller.principal.owners = caller.session.owners;
  if (auto permissions = PermissionsOf(caller.session.role)) caller.principal.permissions = *std::move(permissions);
  return Ok();
}

Status Callers::ByKey(Caller& caller, Deadline deadline) {
  VEFA_TRY(ApiKey key, keys_.Find(caller.token, deadline));
  caller.principal.subject = ResourceName("apiKeys", key.id);
  caller.principal.permissions = std::move(key.permissions);
  caller.principal.owners = std::move(key.owners);
  caller.session.tenant = key.tenant;
  caller.session.tenant_slug = std::move(key.tenant_slug);
  caller.session.user = key.id;
  caller.session.display_name = std::move(key.display_name);
  caller.session.expire_time = key.expire_time;
  return Ok();
}

Status Authorize(const Caller& caller, const std::string& permission, options::v1::Sight sight) {
  if (caller.principal.May(permission)) return rpc::CheckSight(caller.principal, sight);
  Error error{Code::kPermissionDenied, "PERMISSION_MISSING",
              "This needs the permission " + permission + "; ask an administrator for it."};
  error.metadata["permission"] = permission;
  return error;
}

Result<Deadline> DeadlineOf(const http::Request& request, std::chrono::milliseconds fallback,
                            std::chrono::milliseconds longest) {
  std::string_view text = request.headers.Get("X-Request-Timeout");
  if (text.empty()) return Deadline::After(fallback);
  int64_t wanted = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wanted);
  if (error != std::errc() || end != text.data() + text.size())
    return InvalidArgument("TIMEOUT_SYNTAX", "X-Request-Timeout is a whole number of milliseconds.");
  if (wanted <= 0)
    return Error{Code::kDeadlineExceeded, "DEADLINE_PASSED",
                 "The deadline passed before the call began; allow more time."};
  return Deadline::After(std::min<std::chrono::milliseconds>(std::chrono::milliseconds(wanted), longest));
}

}  // namespace vefa::gateway
