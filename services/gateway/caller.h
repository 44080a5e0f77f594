#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/http/message.h"
#include "libs/rpc/principal.h"
#include "libs/rpc/sight.h"
#include "services/gateway/api_keys.h"
#include "services/gateway/call_limits.h"
#include "services/gateway/sessions.h"

namespace vefa::gateway {

// How browsers carry the session. Over https the name itself makes the browser insist on a secure
// cookie for this host alone.
struct CookiePolicy {
  bool secure = false;
  const char* name() const { return secure ? "__Host-vefa" : "vefa_session"; }
  std::string Set(const std::string& token) const;
  std::string Clear() const;
};

// Who sent a request.
struct Caller {
  Session session;  // Of a key: its tenant, id, name and end.
  std::string token;
  rpc::Principal principal;
};

// Who calls, at every door of the gateway. Thread-safe.
class Callers {
 public:
  Callers(Sessions& sessions, ApiKeys& keys, CallLimits& limits, const Clock& clock)
      : sessions_(sessions), keys_(keys), limits_(limits), clock_(clock) {}

  // The caller by `Authorization: Bearer` (a session's token or a key) or by cookie, and one call of his tenant's limit. A write by cookie must carry
  // the session's CSRF token: PERMISSION_DENIED `CSRF_TOKEN_MISSING`, `CSRF_TOKEN_WRONG`. UNAUTHENTICATED
  // `SESSION_MISSING`, `SESSION_EXPIRED`, `API_KEY_UNKNOWN`, `API_KEY_ENDED`, `AUTHORIZATION_SYNTAX`; NOT_FOUND `TENANT_UNKNOWN`; RESOURCE_EXHAUSTED
  // `RATE_LIMITED`.
  Result<Caller> Authenticate(const http::Request& request, const CookiePolicy& cookie, Deadline deadline);

 private:
  Status BySession(Caller& caller, Deadline deadline);
  Status ByKey(Caller& caller, Deadline deadline);

  Sessions& sessions_;
  ApiKeys& keys_;
  CallLimits& limits_;
  const Clock& clock_;
};

// PERMISSION_DENIED `PERMISSION_MISSING`, or `VISIBILITY_TOO_NARROW` for who does not see what such a call concerns.
Status Authorize(const Caller& caller, const std::string& permission, options::v1::Sight sight);

// Refuses what a page of another origin sent: PERMISSION_DENIED `CROSS_SITE`.
Status RefuseCrossSite(const http::Request& request);

// How long a request may take: `X-Request-Timeout` in milliseconds, at most `longest`. DEADLINE_EXCEEDED
// `DEADLINE_PASSED` for one that is already over; INVALID_ARGUMENT `TIMEOUT_SYNTAX`.
Result<Deadline> DeadlineOf(const http::Request& request, std::chrono::milliseconds fallback,
                            std::chrono::milliseconds longest);

}  // namespace vefa::gateway
