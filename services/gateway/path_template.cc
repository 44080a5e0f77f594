#include "services/gateway/path_template.h"

#include <algorithm>

#include "libs/http/url.h"

namespace vefa::gateway {
namespace {

Error Bad(std::string_view text) {
  return InvalidArgument("PATH_TEMPLATE", "`" + std::string(text) + "` is not a path template this gateway knows.");
}

std::vector<std::string_view> Split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    size_t slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    text.remove_prefix(slash + 1);
  }
}

bool IsSegment(std::string_view text) {
  return text == "*" || (!text.empty() && text.find_first_of("*{}:=%?#") == std::string_view::npos);
}

}  // namespace

Result<PathTemplate> PathTemplate::Parse(std::string_view text) {
  PathTemplate out;
  if (!text.starts_with('/')) return Bad(text);
  std::string_view rest = text.substr(1);
  size_t colon = rest.rfind(':');
  size_t last = rest.find_last_of("/}");
  if (colon != std::string_view::npos && (last == std::string_view::npos || colon > last)) {
    out.verb_ = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (!IsSegment(out.verb_) || out.verb_ == "*") return Bad(text);
  }
  while (!rest.empty()) {
    size_t end = std::min(rest.find('/'), rest.size());
    if (rest.front() != '{') {
      out.segments_.emplace_back(rest.substr(0, end));
    } else {
      size_t close = rest.find('}');
      if (close == std::string_view::npos) return Bad(text);
      std::string_view inside = rest.substr(1, close - 1);
      size_t equals = inside.find('=');
      std::string_view pattern = equals == std::string_view::npos ? "*" : inside.substr(equals + 1);
      std::vector<std::string_view> parts = Split(pattern);
      out.variables_.push_back({std::string(inside.substr(0, equals)), out.segments_.size(), parts.size()});
      if (out.variables_.back().field.empty()) return Bad(text);
      for (std::string_view part : parts) out.segments_.emplace_back(part);
      end = close + 1;
    }
    rest.remove_prefix(end);
    if (rest.empty()) break;
    if (rest.front() != '/' || rest.size() == 1) return Bad(text);
    rest.remove_prefix(1);
  }
  if (out.segments_.empty() || !std::all_of(out.segments_.begin(), out.segments_.end(), IsSegment)) return Bad(text);
  for (size_t i = 0; i < out.segments_.size() && out.segments_[i] != "*"; ++i) out.prefix_ += "/" + out.segments_[i];
  return out;
}

std::optional<PathTemplate::Bindings> PathTemplate::Match(std::string_view path) const {
  // A request is held against every template there is: most end here.
  if (!path.starts_with(prefix_) && path.find('%') == std::string_view::npos) return std::nullopt;
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  size_t colon = path.find(':', path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/'));
  std::string_view verb = colon == std::string_view::npos ? "" : path.substr(colon + 1);
  if (verb != verb_ || (verb_.empty() && colon != std::string_view::npos)) return std::nullopt;
  std::vector<std::string_view> parts = Split(path.substr(0, colon));
  if (parts.size() != segments_.size()) return std::nullopt;
  std::vector<std::string> decoded;
  for (size_t i = 0; i < parts.size(); ++i) {
    auto part = http::PercentDecode(parts[i]);
    if (!part.ok() || part->empty() || part->find('/') != std::string::npos) return std::nullopt;
    if (segments_[i] != "*" && segments_[i] != *part) return std::nullopt;
    decoded.push_back(*std::move(part));
  }
  Bindings bindings;
  for (const Variable& variable : variables_) {
    std::string value;
    for (size_t i = variable.first; i < variable.first + variable.count; ++i)
      value += (i > variable.first ? "/" : "") + decoded[i];
    bindings.emplace_back(variable.field, std::move(value));
  }
  return bindings;
}

std::vector<std::string> PathTemplate::Fields() const {
  std::vector<std::string> fields;
  for (const Variable& variable : variables_) fields.push_back(variable.field);
  return fields;
}

std::string PathTemplate::Shape() const {
  std::string shape;
  for (const std::string& segment : segments_) shape += "/" + segment;
  return verb_.empty() ? shape : shape + ":" + verb_;
}

}  // namespace vefa::gateway
