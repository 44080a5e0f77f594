// What a client writes into a request's head and what a server answers: addresses, queries, cookies, lines, trace
// contexts. Whatever is taken says the same when it is written again, and how the bytes were cut does not matter.
#include <string>
#include <vector>

#include "libs/base/check.h"
#include "libs/http/headers.h"
#include "libs/http/lines.h"
#include "libs/http/url.h"
#include "libs/telemetry/trace.h"
#include "services/gateway/path_template.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

constexpr size_t kLineLimit = 64;

void CheckAddresses(std::string_view text) {
  VEFA_CHECK(*http::PercentDecode(http::PercentEncode(text)) == text);
  auto plain = http::PercentDecode(text);
  VEFA_CHECK(plain.ok() ? plain->size() <= text.size() : plain.error().reason == "PERCENT_SYNTAX");
  auto query = http::ParseQuery(text);
  if (query.ok()) {
    std::string written;
    for (const auto& [name, value] : *query)
      written += "&" + http::PercentEncode(name) + "=" + http::PercentEncode(value);
    VEFA_CHECK(*http::ParseQuery(written) == *query);
  }
  auto address = http::ParseHostPort(text);
  VEFA_CHECK(address.ok() ? !address->host.empty() : address.error().reason == "ADDRESS_SYNTAX");
  auto url = http::ParseUrl(text);
  VEFA_CHECK(!url.ok() || (!url->address.host.empty() && !url->path.ends_with('/')));
}

// A path is matched against a template that is fixed and against one that the input makes.
void CheckPaths(std::string_view text) {
  static const gateway::PathTemplate known = *gateway::PathTemplate::Parse("/v1/{name=contacts/*}/{part}:check");
  size_t cut = std::min(text.find('\n'), text.size());
  std::string_view path = text.substr(std::min(cut + 1, text.size()));
  if (auto bound = known.Match(path)) {
    VEFA_CHECK(bound->size() == 2 && bound->at(0).second.starts_with("contacts/"));
    std::string_view id = std::string_view(bound->at(0).second).substr(9);
    VEFA_CHECK(!id.empty() && id.find('/') == id.npos && bound->at(1).second.find('/') == std::string::npos);
    std::string again = "/v1/contacts/" + http::PercentEncode(id) + "/" + http::PercentEncode(bound->at(1).second) + ":check";
    VEFA_CHECK(known.Match(again) == bound);
  }
  auto made = gateway::PathTemplate::Parse(text.substr(0, cut));
  if (!made.ok()) return;
  VEFA_CHECK(gateway::PathTemplate::Parse(made->Shape()).ok());
  if (auto bound = made->Match(path)) VEFA_CHECK(bound->size() == made->Fields().size());
}

void CheckHeaders(Bytes bytes) {
  http::Headers headers;
  while (!bytes.empty() && headers.entries().size() < 32) {
    std::string name(bytes.Until(':'));
    headers.Add(std::move(name), std::string(bytes.Until('\n')));
  }
  std::string wire;
  headers.AppendTo(wire);
  size_t lines = 0;
  for (size_t at = 0; (at = wire.find('\n', at)) != std::string::npos; ++at) {
    VEFA_CHECK(at > 0 && wire[at - 1] == '\r');
    ++lines;
  }
  VEFA_CHECK(lines == headers.entries().size() && wire.find('\0') == std::string::npos);
  if (headers.HasToken("Connection", "close")) VEFA_CHECK(headers.Has("connection"));
  std::string_view cookies = headers.Get("Cookie");
  if (auto value = http::FindCookie(cookies, "session"))
    VEFA_CHECK(cookies.find(*value) != cookies.npos && value->find(';') == std::string::npos);
}

std::vector<std::string> LinesOf(std::string_view text, size_t step) {
  http::LineCutter cutter(kLineLimit);
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size(); at += step) {
    cutter.Feed(text.substr(at, step));
    for (;;) {
      auto line = cutter.Next();
      if (!line.ok()) return {"too long"};
      if (!line->has_value()) break;
      VEFA_CHECK((*line)->size() <= kLineLimit && (*line)->find('\n') == std::string::npos);
      lines.push_back(**std::move(line));
    }
  }
  lines.push_back(cutter.TakeRest());
  return lines;
}

void CheckLines(std::string_view text) {
  std::vector<std::string> whole = LinesOf(text, std::max<size_t>(1, text.size()));
  // A line that is too long is known earlier when the bytes come in pieces, so lines before it may already be out.
  VEFA_CHECK(LinesOf(text, 1) == whole && LinesOf(text, 7) == whole);
  http::EventAssembler assembler;
  for (const std::string& line : whole)
    if (auto event = assembler.Take(line)) VEFA_CHECK(line.empty());
}

void CheckTrace(std::string_view text) {
  telemetry::Trace trace = telemetry::Trace::Parse(text);
  if (!trace.valid()) return;
  VEFA_CHECK(trace.traceparent().substr(0, 53) == text.substr(0, 53));
  VEFA_CHECK(telemetry::Trace::Parse(trace.Child().traceparent()).trace_id() == trace.trace_id());
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vefa::fuzz::Bytes bytes(data, size);
  vefa::fuzz::CheckAddresses(bytes.rest());
  vefa::fuzz::CheckPaths(bytes.rest());
  vefa::fuzz::CheckHeaders(bytes);
  vefa::fuzz::CheckLines(bytes.rest());
  vefa::fuzz::CheckTrace(bytes.rest());
  return 0;
}
