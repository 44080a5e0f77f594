#include "libs/http/lines.h"

namespace vefa::http {

Result<std::optional<std::string>> LineCutter::Next() {
  size_t end = buffer_.find('\n', searched_);
  size_t length = (end == std::string::npos ? buffer_.size() : end) - start_;
  // One byte more for the `\r` that may precede the end.
  if (length > limit_ + 1)
    return InvalidArgument("LINE_TOO_LONG", "A line is longer than " + std::to_string(limit_) + " bytes.");
  if (end == std::string::npos) {
    buffer_.erase(0, start_);
    start_ = 0;
    searched_ = buffer_.size();
    return std::optional<std::string>();
  }
  std::string line = buffer_.substr(start_, length);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  start_ = searched_ = end + 1;
  if (line.size() > limit_)
    return InvalidArgument("LINE_TOO_LONG", "A line is longer than " + std::to_string(limit_) + " bytes.");
  return std::optional<std::string>(std::move(line));
}

std::string LineCutter::TakeRest() {
  std::string rest = buffer_.substr(start_);
  buffer_.clear();
  start_ = searched_ = 0;
  if (!rest.empty() && rest.back() == '\r') rest.pop_back();
  return rest;
}

std::optional<ServerSentEvent> EventAssembler::Take(std::string_view line) {
  if (line.empty()) {
    std::optional<ServerSentEvent> done;
    if (has_data_) done = event_;
    event_.type.clear();
    event_.data.clear();
    has_data_ = false;
    return done;
  }
  size_t colon = std::min(line.find(':'), line.size());
  std::string_view field = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "id") event_.id = value;
  if (field == "event") event_.type = value;
  if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  }
  return std::nullopt;
}

}  // namespace vefa::http
