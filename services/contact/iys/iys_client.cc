#include "services/contact/iys/iys_client.h"

#include <algorithm>
#include <charconv>

#include "services/contact/iys/iys_wire.h"

namespace vefa::contact {
namespace {

constexpr int kRetryAfterMaxSeconds = 3600;

Error Unreachable(const std::string& why, bool perhaps_handed_over = false) {
  Error error{Code::kUnavailable, "IYS_UNREACHABLE", "IYS cannot be reached (" + why + "); it is tried again."};
  if (perhaps_handed_over) error.metadata["handed_over"] = "perhaps";
  return error;
}

// How long to wait, as an answer that refuses says; a minute when it does not.
int RetryAfterMs(const http::Response& response) {
  const std::string_view text = response.headers.Get("Retry-After");
  int seconds = 60;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::clamp(seconds, 1, kRetryAfterMaxSeconds) * 1000;
}

Error ErrorOf(const http::Response& response) {
  if (response.status == 429 || response.status == 503) {
    Error busy{Code::kUnavailable, "IYS_BUSY", "IYS asks to wait; it is tried again."};
    busy.retry_after_ms = RetryAfterMs(response);
    return busy;
  }
  if (response.status == 401 || response.status == 403)
    return Error{Code::kPermissionDenied, "IYS_SIGN_IN_REFUSED", "IYS refuses the account; check its numbers, user and password."};
  return Unreachable("status " + std::to_string(response.status), response.status >= 500);
}

}  // namespace

IysClient::IysClient(const http::Url& server, const IysAccount& account, Personal<std::string> password)
    : client_(server),
      brand_("/sps/" + std::to_string(account.iys_code) + "/brands/" + std::to_string(account.brand_code)),
      username_(account.username),
      password_(std::move(password)) {}

Status IysClient::SignIn(Deadline deadline) {
  http::Request request;
  request.method = "POST";
  request.path = "/oauth2/token";
  request.headers.Set("Content-Type", "application/json");
  request.body = iys_wire::SignInBody(username_, password_.Reveal());
  auto answer = client_.Send(request, deadline);
  if (!answer.ok()) return Unreachable(answer.error().reason);
  if (answer->status != 200) {
    // A body that it does not like is a wrong user or password, too.
    if (answer->status == 400 || answer->status == 422) answer->status = 401;
    return ErrorOf(*answer);
  }
  VEFA_TRY(token_, iys_wire::ReadToken(answer->body));
  return Ok();
}

Result<http::Response> IysClient::Call(const char* method, const std::string& path, const std::string& query, std::string body,
                                       Deadline deadline) {
  http::Request request;
  request.method = method;
  request.path = path;
  request.query = query;
  if (!body.empty()) request.headers.Set("Content-Type", "application/json");
  request.body = std::move(body);
  for (bool signed_in_now = false;; signed_in_now = true) {
    if (token_.empty() || signed_in_now) VEFA_TRY_OK(SignIn(deadline));
    request.headers.Set("Authorization", "Bearer " + token_);
    auto answer = client_.Send(request, deadline);
    if (!answer.ok()) return Unreachable(answer.error().reason, answer.error().reason != "CONNECT_FAILED");
    if (answer->status == 401 && !signed_in_now) continue;
    const bool understood = (answer->status >= 200 && answer->status < 300) || answer->status == 404 || answer->status == 422;
    if (!understood) return ErrorOf(*answer);
    return *std::move(answer);
  }
}

Result<std::string> IysClient::Add(const std::vector<IysConsent>& consents, Deadline deadline) {
  VEFA_TRY(auto answer, Call("POST", brand_ + "/consents/request", "", iys_wire::BatchBody(consents), deadline));
  if (answer.status >= 300) return Unreachable("status " + std::to_string(answer.status) + " " + iys_wire::ReadError(answer.body).first);
  return iys_wire::ReadRequestId(answer.body);
}

Result<std::vector<IysOutcome>> IysClient::Outcomes(const std::string& request_id, size_t count, Deadline deadline) {
  VEFA_TRY(auto answer, Call("GET", brand_ + "/consents/request/" + http::PercentEncode(request_id), "", "", deadline));
  if (answer.status >= 300)
    return Error{Code::kNotFound, "IYS_REQUEST_UNKNOWN", "IYS does not know the request; what it held is passed on again."};
  return iys_wire::ReadOutcomes(answer.body, count);
}

Result<IysConsent> IysClient::Find(const std::string& recipient, IysRecipient type, Channel channel, Deadline deadline) {
  VEFA_TRY(auto answer, Call("POST", brand_ + "/consents/status", "", iys_wire::StatusBody(recipient, type, channel), deadline));
  // Both are seen for an address that it does not know: to be confirmed.
  IysConsent unknown;
  unknown.recipient = recipient;
  unknown.type = type;
  unknown.channel = channel;
  if (answer.status >= 300) return unknown;
  return iys_wire::ReadConsent(answer.body);
}

Result<IysChanges> IysClient::Changes(const std::string& after, Deadline deadline) {
  std::string query = "source=IYS&limit=" + std::to_string(kChangesMax);
  if (!after.empty()) query += "&after=" + http::PercentEncode(after);
  VEFA_TRY(auto answer, Call("GET", brand_ + "/consents/changes", query, "", deadline));
  if (answer.status >= 300) return Unreachable("status " + std::to_string(answer.status) + " " + iys_wire::ReadError(answer.body).first);
  return iys_wire::ReadChanges(answer.body);
}

}  // namespace vefa::contact
