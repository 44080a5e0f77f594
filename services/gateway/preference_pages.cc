#include "services/gateway/preference_pages.h"

#include "services/gateway/api.h"
#include "services/gateway/preference_form.h"
#include "services/gateway/problem.h"
#include "services/gateway/public_page.h"
#include "vefa/contact/v1/preference_service.pb.h"

namespace vefa::gateway {
namespace {

constexpr std::chrono::milliseconds kPreferenceTimeout(10'000);

http::Response Sentence(int status, const PreferenceTexts& texts, const char* title, const char* sentence) {
  return PublicPage(status, texts.language, title, std::string("<p>") + sentence + "</p>");
}

http::Response Refused(const Error& error, const PreferenceTexts& texts) {
  if (error.code == Code::kNotFound || error.code == Code::kInvalidArgument)
    return Sentence(404, texts, texts.invalid_title, texts.invalid);
  http::Response response = Sentence(HttpStatus(error) >= 500 ? 503 : HttpStatus(error), texts, texts.later_title, texts.later);
  response.headers.Add("Retry-After", "60");
  return response;
}

const google::protobuf::MethodDescriptor& PreferenceRpc(const char* name) {
  return *contact::v1::SavePreferencePageRequest::descriptor()
              ->file()
              ->FindServiceByName("PreferenceService")
              ->FindMethodByName(name);
}

}  // namespace

http::Response PreferencePages::Serve(const http::Request& request) const {
  // The path holds a token: it has no place in a span.
  telemetry::Span span = BeginSpan(request, "/p/{token}");
  telemetry::TraceScope trace(span.trace());
  // The language of somebody we know nothing of but their browser.
  const PreferenceTexts& guess = PreferenceTextsIn(request.headers.Get("Accept-Language"));
  const auto token = TokenOf(request);
  if (!token) return Sentence(404, guess, guess.invalid_title, guess.invalid);
  Terms terms{"", Deadline::After(kPreferenceTimeout)};
  contact::v1::PreferencePage page;
  if (request.method == "GET" || request.method == "HEAD") {
    contact::v1::ReadPreferencePageRequest ask;
    ask.set_token(*token);
    Status read = contact_.Call(PreferenceRpc("ReadPreferencePage"), ask, page, terms);
    if (!read.ok()) return Refused(read.error(), guess);
    const PreferenceTexts& texts = PreferenceTextsIn(page.language());
    return PublicPage(200, texts.language, texts.title, PreferenceForm(page, texts, false));
  }
  if (request.method == "POST") {
    auto ask = ReadPreferenceForm(request.body);
    if (!ask) return Sentence(400, guess, guess.invalid_title, guess.invalid);
    ask->set_token(*token);
    Status saved = contact_.Call(PreferenceRpc("SavePreferencePage"), *ask, page, terms);
    if (!saved.ok()) return Refused(saved.error(), guess);
    const PreferenceTexts& texts = PreferenceTextsIn(page.language());
    return PublicPage(200, texts.language, texts.title, PreferenceForm(page, texts, true));
  }
  http::Response refused = Sentence(405, guess, guess.invalid_title, guess.invalid);
  refused.headers.Add("Allow", "GET, HEAD, POST");
  return refused;
}

}  // namespace vefa::gateway
