#include "tests/fault_proxy/control.h"

#include <algorithm>

#include "tests/fault_proxy/proxy.h"

namespace vefa::fault_proxy {
namespace {

std::string Answer(const char* status, const std::string& json) {
  return std::string("HTTP/1.1 ") + status + "\r\ncontent-type: application/json\r\ncontent-length: " +
         std::to_string(json.size() + 1) + "\r\nconnection: close\r\n\r\n" + json + "\n";
}

std::string Bad(const std::string& reason) { return Answer("400 Bad Request", "{\"error\":\"" + reason + "\"}"); }

std::string Stats(const Proxy& proxy) {
  std::string json = "{";
  for (const Link& link : proxy.links()) {
    if (json.size() > 1) json += ',';
    json += '"' + link.spec.name + "\":{\"accepted\":" + std::to_string(link.accepted) +
            ",\"open\":" + std::to_string(link.open) + ",\"cuts_after\":" + std::to_string(link.cuts_after) +
            ",\"cuts_before\":" + std::to_string(link.cuts_before) + ",\"cuts_left\":" +
            std::to_string(link.faults.cuts_left) + ",\"resets\":" + std::to_string(link.resets) + "}";
  }
  return json + "}";
}

Status Do(std::string_view path, std::string_view query, Proxy& proxy, Link& link) {
  if (path == "/set") VEFA_TRY_OK(SetToxics(link.faults, query));
  if (path == "/clear") link.faults = LinkFaults();
  if (path == "/down") link.faults.is_down = Parameter(query, "on") != "0";
  if (path == "/cut") {
    int64_t count = Number(Parameter(query, "count"), 1);
    std::string_view when = Parameter(query, "when");
    if (count < 0) return InvalidArgument("NUMBER_SYNTAX", "Give a number.");
    if (when != "before" && when != "after") return InvalidArgument("WHEN_UNKNOWN", "Say before or after.");
    link.faults.cuts_left = static_cast<int>(count);
    link.faults.cut_when = when == "before" ? CutWhen::kBefore : CutWhen::kAfter;
  }
  if (path == "/reset" || (path == "/down" && link.faults.is_down)) {
    ++link.resets;
    proxy.ResetConnections(link);
  }
  proxy.Apply(link);
  return Ok();
}

}  // namespace

std::string Control(std::string_view request, Proxy& proxy) {
  std::string_view line = request.substr(0, request.find("\r\n"));
  size_t first = line.find(' ');
  size_t second = line.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return Bad("REQUEST_SYNTAX");
  std::string_view method = line.substr(0, first);
  std::string_view target = line.substr(first + 1, second - first - 1);
  size_t mark = target.find('?');
  std::string_view path = target.substr(0, mark);
  std::string_view query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  if (path == "/stats" && method == "GET") return Answer("200 OK", Stats(proxy));
  constexpr std::string_view kPaths[] = {"/set", "/down", "/reset", "/cut", "/clear"};
  if (method != "POST" || std::find(std::begin(kPaths), std::end(kPaths), path) == std::end(kPaths))
    return Answer("404 Not Found", "{\"error\":\"PATH_UNKNOWN\"}");
  std::vector<Link*> links = proxy.Find(Parameter(query, "link"));
  if (links.empty()) return Bad("LINK_UNKNOWN");
  for (Link* link : links) {
    auto done = Do(path, query, proxy, *link);
    if (!done.ok()) return Bad(done.error().reason);
  }
  return Answer("200 OK", "{}");
}

}  // namespace vefa::fault_proxy
