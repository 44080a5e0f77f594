#include "services/gateway/console.h"

namespace vefa::gateway {
namespace {

// Used where the build brought no csp.txt.
constexpr char kStrictPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
    "'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
constexpr char kNothingAllowed[] = "default-src 'none'; frame-ancestors 'none'";

// Whether an address can be a page of the console: files have an extension.
bool IsPage(const std::string& path) { return path.find('.', path.rfind('/')) == std::string::npos; }

std::string FirstLine(const std::string& text) { return text.substr(0, text.find_first_of("\r\n")); }

}  // namespace

http::Response Console::Serve(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response refused = http::TextResponse(405, "Only GET and HEAD are allowed here.\n");
    refused.headers.Add("Allow", "GET, HEAD");
    return refused;
  }
  auto response = request.path == "/csp.txt" ? std::nullopt : files_.Serve(request, request.path);
  if (!response && IsPage(request.path)) response = files_.Serve(request, "/index.html");
  if (!response) {
    bool built = !files_.empty();
    return http::TextResponse(
        404, built ? "There is nothing at this address.\n" : "The console is not built; the API is under /v1.\n");
  }
  // A 304 renews the headers of what the browser keeps, the policy with them.
  bool page = response->status == 304 || response->headers.Get("Content-Type").starts_with("text/html");
  if (page) {
    std::string policy = FirstLine(files_.Text("/csp.txt"));
    response->headers.Set("Content-Security-Policy", policy.empty() ? kStrictPolicy : policy);
  }
  return *std::move(response);
}

void AddSecurityHeaders(http::Response& response, bool https) {
  http::Headers& headers = response.headers;
  headers.Set("X-Content-Type-Options", "nosniff");
  headers.Set("Referrer-Policy", "no-referrer");
  headers.Set("Cross-Origin-Opener-Policy", "same-origin");
  headers.Set("Cross-Origin-Resource-Policy", "same-origin");
  headers.Set("X-Frame-Options", "DENY");
  if (!headers.Has("Content-Security-Policy")) headers.Add("Content-Security-Policy", kNothingAllowed);
  if (https) headers.Set("Strict-Transport-Security", "max-age=31536000");
}

}  // namespace vefa::gateway
