#include "tests/mail_sink/control.h"

#include <charconv>

namespace vefa::mail_sink {
namespace {

std::string Answer(const char* status, const std::string& json) {
  return std::string("HTTP/1.1 ") + status + "\r\ncontent-type: application/json\r\ncontent-length: " +
         std::to_string(json.size() + 1) + "\r\nconnection: close\r\n\r\n" + json + "\n";
}

std::string_view Parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.size() > name.size() && pair.substr(0, name.size()) == name && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
  }
  return {};
}

// `fallback` when it is absent, -1 when it is not a number from 0 to a billion.
int Number(std::string_view text, int fallback) {
  if (text.empty()) return fallback;
  int value = -1;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value > 1'000'000'000) return -1;
  return value;
}

std::string Stats(const Faults& faults, const Counters& counters, const Mailbox& mailbox) {
  std::string json = "{";
  auto add = [&json](const char* key, int64_t value) {
    if (json.size() > 1) json += ',';
    json += '"' + std::string(key) + "\":" + std::to_string(value);
  };
  add("accepted", mailbox.accepted());
  add("distinct", mailbox.distinct());
  add("accepted_twice", mailbox.repeated());
  add("bytes", mailbox.bytes());
  add("connections", counters.connections);
  add("refused_recipients", counters.refused_recipients);
  add("tempfailed", counters.tempfailed);
  add("closed_after_dot", counters.closed_after_dot);
  add("hung", counters.hung);
  add("bare_line_ends", counters.bare_line_ends);
  add("improper_pipelining", counters.improper_pipelining);
  add("syntax_errors", counters.syntax_errors);
  add("faults_left", faults.tempfail + faults.close_after_dot + faults.hang + faults.half_reply +
                         faults.mixed_codes + faults.too_many);
  return json + "}";
}

}  // namespace

std::string Control(std::string_view request, Faults& faults, Counters& counters, Mailbox& mailbox) {
  std::string_view line = request.substr(0, request.find("\r\n"));
  size_t first = line.find(' ');
  size_t second = line.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos)
    return Answer("400 Bad Request", "{\"error\":\"REQUEST_SYNTAX\"}");
  std::string_view method = line.substr(0, first);
  std::string_view target = line.substr(first + 1, second - first - 1);
  size_t mark = target.find('?');
  std::string_view path = target.substr(0, mark);
  std::string_view query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  if (path == "/stats" && method == "GET") return Answer("200 OK", Stats(faults, counters, mailbox));
  if (path == "/reset" && method == "POST") {
    faults = Faults{};
    counters = Counters{};
    auto reset = mailbox.Reset();
    if (!reset.ok()) return Answer("500 Internal Server Error", "{\"error\":\"" + reset.error().reason + "\"}");
    return Answer("200 OK", "{}");
  }
  if (path == "/fault" && method == "POST") {
    int count = Number(Parameter(query, "count"), 1);
    int ms = Number(Parameter(query, "ms"), 0);
    std::string_view stage = Parameter(query, "stage");
    if (count < 0 || ms < 0) return Answer("400 Bad Request", "{\"error\":\"NUMBER_SYNTAX\"}");
    auto set = SetFault(faults, Parameter(query, "kind"), count, ms, stage.empty() ? "rcpt" : stage);
    if (!set.ok()) return Answer("400 Bad Request", "{\"error\":\"" + set.error().reason + "\"}");
    return Answer("200 OK", "{}");
  }
  return Answer("404 Not Found", "{\"error\":\"PATH_UNKNOWN\"}");
}

}  // namespace vefa::mail_sink
