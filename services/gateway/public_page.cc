#include "services/gateway/public_page.h"

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"
#include "libs/http/url.h"
#include "services/gateway/problem.h"

namespace vefa::gateway {
namespace {

constexpr size_t kTokenPrefix = 3;  // `/u/`
constexpr size_t kLongestToken = 1024;

constexpr char kStyle[] =
    "body{font:1.125rem/1.5 system-ui,sans-serif;margin:0;background:#f6f6f4;color:#1c1c1a}"
    "main{max-width:32rem;margin:10vh auto;padding:2rem;background:#fff;border:1px solid #d9d9d4;border-radius:.5rem}"
    "h1{font-size:1.5rem;margin:0 0 1rem}"
    "fieldset{border:1px solid #d9d9d4;border-radius:.375rem;margin:0 0 1rem}label{display:block;padding:.375rem 0}"
    "select{font:inherit;display:block;width:100%;padding:.5rem;margin:0 0 1rem}"
    "button{font:inherit;padding:.75rem "
    "1.5rem;border:0;border-radius:.375rem;background:#1f5f5b;color:#fff;cursor:pointer;margin:0 .5rem .5rem 0}"
    "button:focus-visible,select:focus-visible,input:focus-visible{outline:3px solid #c46a1b;outline-offset:2px}"
    "@media(prefers-color-scheme:dark){body{background:#1c1c1a;color:#ececea}main{background:#262624;border-color:#"
    "45453f}"
    "button{background:#7fc7c1;color:#10302d}}";

// What went wrong, in one language.
struct TroubleTexts {
  const char* language;
  const char* invalid_title;
  const char* invalid;
  const char* later_title;
  const char* later;
};
constexpr TroubleTexts kEnglishTrouble{"en", "This link is not valid", "Open the link from the message again, or answer the message.",
                                       "Please try again", "This cannot be recorded at the moment. Try again in a few minutes."};
constexpr TroubleTexts kTurkishTrouble{"tr", "Bu bağlantı geçerli değil", "İletideki bağlantıyı yeniden açın ya da iletiyi yanıtlayın.",
                                       "Lütfen yeniden deneyin", "Şu anda kaydedilemiyor. Birkaç dakika sonra yeniden deneyin."};

const TroubleTexts& TroubleTextsIn(std::string_view language) { return language.starts_with("tr") ? kTurkishTrouble : kEnglishTrouble; }

http::Response TroublePage(int status, const TroubleTexts& texts, const char* title, const char* sentence) {
  return PublicPage(status, texts.language, title, std::string("<p>") + sentence + "</p>");
}

std::string StyleHash() {
  std::string hash = ToBase64Url(crypto::Bytes(crypto::Sha256(kStyle)));
  for (char& c : hash) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return "'sha256-" + hash + "='";
}

}  // namespace

http::Response PublicPage(int status, std::string_view language, std::string_view title, std::string_view html) {
  static const std::string kPolicy =
      "default-src 'none'; style-src " + StyleHash() + "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
  std::string page = "<!doctype html>\n<html lang=\"";
  page.append(language).append(
      "\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta name=\"robots\" content=\"noindex\"><title>");
  page.append(title).append("</title><style>").append(kStyle).append("</style></head>\n<body><main><h1>");
  page.append(title).append("</h1>").append(html).append("</main></body>\n</html>\n");
  http::Response response = http::TextResponse(status, std::move(page), "text/html; charset=utf-8");
  response.headers.Add("Content-Language", std::string(language));
  response.headers.Add("Content-Security-Policy", kPolicy);
  response.headers.Add("Cache-Control", "no-store");
  return response;
}

http::Response InvalidLinkPage(int status, std::string_view language) {
  const TroubleTexts& texts = TroubleTextsIn(language);
  return TroublePage(status, texts, texts.invalid_title, texts.invalid);
}

http::Response FailedPage(const Error& error, std::string_view language) {
  if (error.code == Code::kNotFound || error.code == Code::kInvalidArgument) return InvalidLinkPage(404, language);
  const TroubleTexts& texts = TroubleTextsIn(language);
  http::Response response = TroublePage(HttpStatus(error) >= 500 ? 503 : HttpStatus(error), texts, texts.later_title, texts.later);
  response.headers.Add("Retry-After", "60");
  return response;
}

http::Response MethodRefusedPage(std::string_view language) {
  http::Response refused = InvalidLinkPage(405, language);
  refused.headers.Add("Allow", "GET, HEAD, POST");
  return refused;
}

std::optional<std::string> TokenOf(const http::Request& request) {
  auto token = http::PercentDecode(std::string_view(request.path).substr(kTokenPrefix));
  if (!token.ok() || token->empty() || token->size() > kLongestToken || !IsUtf8(*token) || token->find('/') != std::string::npos)
    return std::nullopt;
  return *std::move(token);
}

}  // namespace vefa::gateway
