#pragma once

#include <string>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/http/message.h"
#include "libs/rpc/principal.h"
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
  Session session;
  std::string token;
  rpc::Principal principal;
};

// The caller by `Authorization: Bearer` or by cookie. A write by cookie must carry the session's
// CSRF token: PERMISSION_DENIED `CSRF_TOKEN_MISSING`, `CSRF_TOKEN_WRONG`. UNAUTHENTICATED
// `SESSION_MISSING`, `SESSION_EXPIRED`, `AUTHORIZATION_SYNTAX`; NOT_FOUND `TENANT_UNKNOWN`.
Result<Caller> Authenticate(const http::Request& request, const CookiePolicy& cookie, Sessions& sessions,
                            const Clock& clock, Deadline deadline);

// PERMISSION_DENIED `PERMISSION_MISSING`.
Status Authorize(const Caller& caller, const std::string& permission);

// Refuses what a page of another origin sent: PERMISSION_DENIED `CROSS_SITE`.
Status RefuseCrossSite(const http::Request& request);

// How long a request may take: `X-Request-Timeout` in milliseconds, at most `longest`. DEADLINE_EXCEEDED
// `DEADLINE_PASSED` for one that is already over; INVALID_ARGUMENT `TIMEOUT_SYNTAX`.
Result<Deadline> DeadlineOf(const http::Request& request, std::chrono::milliseconds fallback,
                            std::chrono::milliseconds longest);

}  // namespace vefa::gateway
