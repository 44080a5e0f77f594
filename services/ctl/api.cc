#include "services/ctl/api.h"

#include <algorithm>

#include "libs/base/backoff.h"
#include "libs/config/environment.h"
#include "services/ctl/problem.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

constexpr size_t kCredentialsMax = 64 * 1024;
constexpr std::chrono::seconds kCallTimeout(30);
constexpr std::chrono::milliseconds kFirstPause(100);
constexpr std::chrono::milliseconds kLongestPause(2000);

}  // namespace

Result<Credentials> ReadCredentials() {
  config::Environment environment;
  std::string path = environment.Require("VEFA_CREDENTIALS");
  std::string url = environment.Get("VEFA_URL", "");
  VEFA_TRY_OK(environment.Check());
  VEFA_TRY(std::string text, ReadFile(path, kCredentialsMax));
  VEFA_TRY(Json json, ParseJson(text, path));
  Credentials credentials{url.empty() ? TextOf(json, "url") : url, TextOf(json, "tenant"), TextOf(json, "email"),
                          TextOf(json, "password")};
  if (credentials.url.empty() || credentials.tenant.empty() || credentials.email.empty() || credentials.password.empty())
    return Error{Code::kFailedPrecondition, "CONFIGURATION",
                 path + " must hold tenant, email, password and, without VEFA_URL, url."};
  return credentials;
}

bool Api::MayPass(const Error& error) {
  switch (error.code) {
    case Code::kUnavailable:
    case Code::kResourceExhausted:
    case Code::kDeadlineExceeded:
    case Code::kAborted:
    case Code::kCancelled: return error.reason != "ANSWER_TOO_LARGE" && error.reason != "BATCH_TOO_LARGE";
    default: return false;
  }
}

bool Api::WaitToRetry(const Error& error, int attempt, Deadline give_up) {
  auto pause = std::max(Backoff(attempt, kFirstPause, kLongestPause, RandomShare()),
                        std::chrono::milliseconds(error.retry_after_ms));
  if (give_up.Left() <= pause) return false;
  // The first tries are nobody's business; after that a person wants to know what is waited for.
  if (attempt >= 4 && (attempt & (attempt - 1)) == 0) SayWaiting(error);
  Pause(pause);
  return true;
}

Result<std::unique_ptr<Api>> Api::SignIn(Credentials credentials, std::chrono::seconds patience) {
  VEFA_TRY(http::Url url, http::ParseUrl(credentials.url));
  std::unique_ptr<Api> api(new Api(std::move(credentials), std::move(url), patience));
  Deadline give_up = Deadline::After(patience);
  for (int attempt = 0;; ++attempt) {
    Status signed_in = api->Authenticate();
    if (signed_in.ok()) return api;
    if (!MayPass(signed_in.error()) || !WaitToRetry(signed_in.error(), attempt, give_up)) return signed_in.error();
  }
}

Status Api::Authenticate() {
  Json body{{"tenant", credentials_.tenant}, {"email", credentials_.email}, {"password", credentials_.password}};
  token_.clear();
  VEFA_TRY(Json session, CallOnce("POST", "/v1/session", &body));
  token_ = TextOf(session, "token");
  if (token_.empty()) return Internal("SESSION_WITHOUT_TOKEN", "The gateway signed us in and gave no token.");
  return Ok();
}

http::Request Api::Head(const std::string& method, const std::string& target) const {
  http::Request head;
  head.method = method;
  size_t mark = target.find('?');
  head.path = target.substr(0, mark);
  if (mark != std::string::npos) head.query = target.substr(mark + 1);
  head.headers.Add("Accept", "application/json");
  if (!token_.empty()) head.headers.Add("Authorization", "Bearer " + token_);
  return head;
}

Result<Json> Api::CallOnce(const std::string& method, const std::string& target, const Json* body) {
  http::Request request = Head(method, target);
  if (body != nullptr) {
    request.headers.Add("Content-Type", "application/json");
    request.body = body->dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  VEFA_TRY(http::Response response, client_.Send(request, Deadline::After(kCallTimeout)));
  if (response.status / 100 != 2) return ErrorFromProblem(response.status, response.body);
  if (response.body.empty()) return Json::object();
  return ParseJson(response.body, "The answer to " + method + " " + target);
}

Result<Json> Api::Call(const std::string& method, const std::string& target, const Json* body) {
  Deadline give_up = Deadline::After(patience_);
  bool renewed = false;
  for (int attempt = 0;; ++attempt) {
    Result<Json> answer = CallOnce(method, target, body);
    if (answer.ok()) return answer;
    Error error = answer.error();
    // A session that ended, or was lost with its store, is begun again once.
    if (error.code == Code::kUnauthenticated && !renewed) {
      renewed = true;
      Status again = Authenticate();
      if (again.ok()) continue;
      error = again.error();
    }
    if (!MayPass(error) || !WaitToRetry(error, attempt, give_up)) return error;
  }
}

Status Api::Follow(const std::string& target, const std::string& last_event_id,
                   const std::function<bool(std::string_view)>& take) {
  http::Request head = Head("GET", target);
  head.headers.Set("Accept", "text/event-stream");
  if (!last_event_id.empty()) head.headers.Add("Last-Event-ID", last_event_id);
  VEFA_TRY(auto stream, client_.Open(head, false, Deadline::After(kCallTimeout)));
  VEFA_TRY(http::Response response, stream->ReadHead(Deadline::After(kCallTimeout)));
  std::string refusal;
  for (;;) {
    // The server says something at least every few seconds: silence means that it is gone.
    VEFA_TRY(std::string bytes, stream->Read(Deadline::After(kCallTimeout * 2)));
    if (response.status != 200) {
      refusal += bytes;
      if (bytes.empty() || refusal.size() > kCredentialsMax) {
        if (response.status == 401) VEFA_TRY_OK(Authenticate());
        return ErrorFromProblem(response.status, refusal);
      }
    } else if (bytes.empty()) {
      return Unavailable("PEER_GONE", "The server ended the stream.");
    } else if (!take(bytes)) {
      return Ok();
    }
  }
}

}  // namespace vefa::ctl
