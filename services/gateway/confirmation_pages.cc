#include "services/gateway/confirmation_pages.h"

#include "libs/base/text.h"
#include "services/gateway/api.h"
#include "services/gateway/public_page.h"
#include "vefa/contact/v1/confirmation_service.pb.h"

namespace vefa::gateway {
namespace {

using contact::v1::Confirmation;

constexpr std::chrono::milliseconds kConfirmationTimeout(10'000);
constexpr size_t kUserAgentMax = 400;  // What contact keeps of it.

// What a page says, in one language.
struct ConfirmationTexts {
  const char* language;
  const char* title;
  const char* ask;  // Before the purpose.
  const char* button;
  const char* done_title;
  const char* done;
  const char* expired_title;
  const char* expired;
  const char* ended;
};

constexpr ConfirmationTexts kEnglishConfirmation{
    "en", "Please confirm", "Do you agree to hear from us by e-mail about this?", "Yes, I agree", "Thank you",
    "Your agreement is confirmed. You can take it back at any time by the link in each message.", "This link is no longer valid",
    "It was good for seven days. Subscribe again and you will get another one.",
    "You have decided otherwise since. Subscribe again if you changed your mind."};
constexpr ConfirmationTexts kTurkishConfirmation{
    "tr", "Lütfen onaylayın", "Bu konuda e-postayla bilgi almayı kabul ediyor musunuz?", "Evet, kabul ediyorum", "Teşekkür ederiz",
    "Onayınız kaydedildi. Dilediğiniz zaman, her iletideki bağlantıyla geri alabilirsiniz.", "Bu bağlantının süresi doldu",
    "Bağlantı yedi gün geçerliydi. Yeniden abone olursanız yenisi gönderilir.",
    "Bu arada başka bir karar verdiniz. Fikriniz değiştiyse yeniden abone olun."};

const ConfirmationTexts& ConfirmationTextsIn(std::string_view language) {
  return language.starts_with("tr") ? kTurkishConfirmation : kEnglishConfirmation;
}

http::Response Says(int status, const ConfirmationTexts& texts, const char* title, const char* sentence) {
  return PublicPage(status, texts.language, title, std::string("<p>") + sentence + "</p>");
}

// The purpose and its text are the tenant's, and escaped.
http::Response Show(const Confirmation& confirmation) {
  const ConfirmationTexts& texts = ConfirmationTextsIn(confirmation.language());
  switch (confirmation.state()) {
    case Confirmation::STATE_CONFIRMED: return Says(200, texts, texts.done_title, texts.done);
    case Confirmation::STATE_EXPIRED: return Says(410, texts, texts.expired_title, texts.expired);
    case Confirmation::STATE_ENDED: return Says(410, texts, texts.expired_title, texts.ended);
    default: break;
  }
  std::string html = std::string("<p>") + texts.ask + "</p><p><strong>" + EscapeHtml(confirmation.purpose()) + "</strong></p>";
  if (!confirmation.text().empty()) html += "<blockquote>" + EscapeHtml(confirmation.text()) + "</blockquote>";
  // Without `action` the form goes to the page's own address, token included.
  html += std::string("<form method=\"post\"><button type=\"submit\">") + texts.button + "</button></form>";
  return PublicPage(200, texts.language, texts.title, html);
}

http::Response NotConfirmed(const Error& error, const ConfirmationTexts& texts) {
  if (error.reason == "CONFIRMATION_EXPIRED") return Says(410, texts, texts.expired_title, texts.expired);
  if (error.reason == "CONFIRMATION_ENDED") return Says(410, texts, texts.expired_title, texts.ended);
  return FailedPage(error, texts.language);
}

const google::protobuf::MethodDescriptor& ConfirmationRpc(const char* name) {
  return *contact::v1::ConfirmConsentRequest::descriptor()
              ->file()
              ->FindServiceByName("ConfirmationService")
              ->FindMethodByName(name);
}

}  // namespace

http::Response ConfirmationPages::Serve(const http::Request& request) const {
  // The path holds a token: it has no place in a span.
  telemetry::Span span = BeginSpan(request, "/c/{token}");
  telemetry::TraceScope trace(span.trace());
  // The language of somebody we know nothing of but their browser.
  const ConfirmationTexts& guess = ConfirmationTextsIn(request.headers.Get("Accept-Language"));
  const auto token = TokenOf(request);
  if (!token) return InvalidLinkPage(404, guess.language);
  Terms terms{"", Deadline::After(kConfirmationTimeout)};
  Confirmation confirmation;
  if (request.method == "GET" || request.method == "HEAD") {
    contact::v1::ReadConfirmationRequest ask;
    ask.set_token(*token);
    Status read = contact_.Call(ConfirmationRpc("ReadConfirmation"), ask, confirmation, terms);
    return read.ok() ? Show(confirmation) : NotConfirmed(read.error(), guess);
  }
  if (request.method == "POST") {
    contact::v1::ConfirmConsentRequest ask;
    ask.set_token(*token);
    // The address of the other side can be a proxy's, and is no evidence of the person.
    const std::string agent(request.headers.Get("User-Agent"));
    if (IsUtf8(agent) && agent.size() <= kUserAgentMax) ask.mutable_origin()->set_user_agent(agent);
    Status done = contact_.Call(ConfirmationRpc("ConfirmConsent"), ask, confirmation, terms);
    return done.ok() ? Show(confirmation) : NotConfirmed(done.error(), guess);
  }
  return MethodRefusedPage(guess.language);
}

}  // namespace vefa::gateway
