#include "services/gateway/session_service.h"

#include <google/protobuf/util/time_util.h>

#include "services/gateway/roles.h"
#include "vefa/gateway/v1/session_service.pb.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

void Fill(const Caller& caller, bool events_volatile, v1::Session& out) {
  const Session& session = caller.session;
  out.set_tenant(session.tenant_slug);
  out.set_tenant_id(session.tenant.ToString());
  out.set_email(session.email);
  out.set_display_name(session.display_name);
  for (const std::string& permission : caller.principal.permissions) out.add_permissions(permission);
  *out.mutable_expire_time() =
      pb::util::TimeUtil::MicrosecondsToTimestamp(session.expire_time.time_since_epoch().count());
  out.set_csrf_token(CsrfTokenOf(caller.token));
  out.set_events_volatile(events_volatile);
}

}  // namespace

void AddSessionService(Api& api, Sessions& sessions, CookiePolicy cookie, bool events_volatile) {
  const std::string service = "vefa.gateway.v1.SessionService.";
  api.AddLocal(
      service + "CreateSession",
      [&sessions, cookie, events_volatile](const LocalCall& call, const pb::Message& in, pb::Message& out) -> Status {
        const auto& request = static_cast<const v1::CreateSessionRequest&>(in);
        VEFA_TRY(Sessions::SignedIn signed_in,
                 sessions.SignIn(request.tenant(), request.email(), request.password(), call.deadline));
        Caller caller;
        caller.session = std::move(signed_in.session);
        caller.token = signed_in.token;
        caller.principal.permissions = PermissionsOf(caller.session.role).value_or(std::vector<std::string>{});
        auto& session = static_cast<v1::Session&>(out);
        Fill(caller, events_volatile, session);
        session.set_token(signed_in.token);
        call.headers.Add("Set-Cookie", cookie.Set(signed_in.token));
        return Ok();
      });
  api.AddLocal(service + "GetSession",
               [events_volatile](const LocalCall& call, const pb::Message&, pb::Message& out) -> Status {
                 Fill(*call.caller, events_volatile, static_cast<v1::Session&>(out));
                 return Ok();
               });
  api.AddLocal(service + "DeleteSession",
               [&sessions, cookie](const LocalCall& call, const pb::Message&, pb::Message&) -> Status {
                 VEFA_TRY_OK(sessions.SignOut(call.caller->token, call.deadline));
                 call.headers.Add("Set-Cookie", cookie.Clear());
                 return Ok();
               });
}

}  // namespace vefa::gateway
