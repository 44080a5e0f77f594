#include "services/gateway/public_pages.h"

#include "services/gateway/api.h"
#include "services/gateway/public_page.h"
#include "vefa/notification/v1/notification_service.pb.h"

namespace vefa::gateway {

namespace notification = vefa::notification::v1;

namespace {

constexpr std::chrono::milliseconds kTimeout(10'000);

// What a page says, in one language.
struct Texts {
  const char* language;
  const char* title;
  const char* ask;  // Before the purpose.
  const char* button;
  const char* done_title;
  const char* done;
};

constexpr Texts kEnglish{"en",
                         "Unsubscribe",
                         "Do you no longer want to receive messages of this kind?",
                         "Unsubscribe",
                         "You are unsubscribed",
                         "You will receive no more messages of this kind. There is nothing else to do."};
constexpr Texts kTurkish{"tr",
                         "Aboneliği sonlandır",
                         "Bu türdeki iletileri artık almak istemiyor musunuz?",
                         "Aboneliği sonlandır",
                         "Aboneliğiniz sonlandırıldı",
                         "Bu türde başka ileti almayacaksınız. Yapmanız gereken başka bir şey yok."};

const Texts& In(std::string_view language) { return language.starts_with("tr") ? kTurkish : kEnglish; }

// The language of somebody we know nothing of but their browser.
const Texts& ByBrowser(const http::Request& request) { return In(request.headers.Get("Accept-Language")); }

// Every text here is ours; nothing a caller sent is shown.
http::Response Page(int status, const Texts& texts, const char* title, const char* sentence, bool with_form) {
  std::string html = std::string("<p>") + sentence + "</p>";
  // Without `action` the form goes to the page's own address, token included.
  if (with_form)
    html +=
        "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\"><button "
        "type=\"submit\">" +
        std::string(texts.button) + "</button></form>";
  return PublicPage(status, texts.language, title, html);
}

const google::protobuf::MethodDescriptor& Rpc(const char* name) {
  return *notification::UnsubscribeRequest::descriptor()
              ->file()
              ->FindServiceByName("NotificationService")
              ->FindMethodByName(name);
}

}  // namespace

http::Response PublicPages::Serve(const http::Request& request) const {
  // The path holds a token: it has no place in a span.
  telemetry::Span span = BeginSpan(request, "/u/{token}");
  telemetry::TraceScope trace(span.trace());
  const Texts& guess = ByBrowser(request);
  const auto token = TokenOf(request);
  if (!token) return InvalidLinkPage(404, guess.language);
  Terms terms{"", Deadline::After(kTimeout)};
  if (request.method == "GET" || request.method == "HEAD") {
    notification::ReadUnsubscribeTokenRequest ask;
    ask.set_token(*token);
    notification::ReadUnsubscribeTokenResponse answer;
    Status read = notification_.Call(Rpc("ReadUnsubscribeToken"), ask, answer, terms);
    if (!read.ok()) return FailedPage(read.error(), guess.language);
    const Texts& texts = In(answer.language());
    if (answer.unsubscribed()) return Page(200, texts, texts.done_title, texts.done, false);
    return Page(200, texts, texts.title, texts.ask, true);
  }
  if (request.method == "POST") {
    notification::UnsubscribeRequest ask;
    ask.set_token(*token);
    notification::UnsubscribeResponse answer;
    Status done = notification_.Call(Rpc("Unsubscribe"), ask, answer, terms);
    if (!done.ok()) return FailedPage(done.error(), guess.language);
    const Texts& texts = In(answer.language());
    return Page(200, texts, texts.done_title, texts.done, false);
  }
  return MethodRefusedPage(guess.language);
}

}  // namespace vefa::gateway
