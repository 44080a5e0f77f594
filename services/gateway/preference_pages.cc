#include "services/gateway/preference_pages.h"

#include "services/gateway/api.h"
#include "services/gateway/preference_form.h"
#include "services/gateway/public_page.h"
#include "vefa/contact/v1/preference_service.pb.h"

namespace vefa::gateway {
namespace {

constexpr std::chrono::milliseconds kPreferenceTimeout(10'000);

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
  if (!token) return InvalidLinkPage(404, guess.language);
  Terms terms{"", Deadline::After(kPreferenceTimeout)};
  contact::v1::PreferencePage page;
  if (request.method == "GET" || request.method == "HEAD") {
    contact::v1::ReadPreferencePageRequest ask;
    ask.set_token(*token);
    Status read = contact_.Call(PreferenceRpc("ReadPreferencePage"), ask, page, terms);
    if (!read.ok()) return FailedPage(read.error(), guess.language);
    const PreferenceTexts& texts = PreferenceTextsIn(page.language());
    return PublicPage(200, texts.language, texts.title, PreferenceForm(page, texts, false));
  }
  if (request.method == "POST") {
    auto ask = ReadPreferenceForm(request.body);
    if (!ask) return InvalidLinkPage(400, guess.language);
    ask->set_token(*token);
    Status saved = contact_.Call(PreferenceRpc("SavePreferencePage"), *ask, page, terms);
    if (!saved.ok()) return FailedPage(saved.error(), guess.language);
    const PreferenceTexts& texts = PreferenceTextsIn(page.language());
    return PublicPage(200, texts.language, texts.title, PreferenceForm(page, texts, true));
  }
  return MethodRefusedPage(guess.language);
}

}  // namespace vefa::gateway
