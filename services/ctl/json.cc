#include "services/ctl/json.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace vefa::ctl {

Result<Json> ParseJson(const std::string& text, const std::string& what) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return InvalidArgument("JSON_SYNTAX", what + " is not JSON.");
  return json;
}

const Json& MemberOf(const Json& object, const char* key) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

std::string TextOf(const Json& object, const char* key) {
  const Json& value = MemberOf(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

double NumberOf(const Json& object, const char* key) {
  const Json& value = MemberOf(object, key);
  return value.is_number() ? value.get<double>() : 0.0;
}

int64_t IntegerFrom(const Json& value) {
  if (value.is_number_integer()) return value.get<int64_t>();
  return value.is_string() ? std::strtoll(value.get<std::string>().c_str(), nullptr, 10) : 0;
}

int64_t IntegerOf(const Json& object, const char* key) { return IntegerFrom(MemberOf(object, key)); }

Result<std::string> ReadFile(const std::string& path, size_t bytes_max) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  char block[16 * 1024];
  while (file && text.size() <= bytes_max) {
    file.read(block, sizeof block);
    text.append(block, static_cast<size_t>(file.gcount()));
  }
  if (text.size() > bytes_max)
    return Error{Code::kResourceExhausted, "FILE_TOO_LARGE",
                 path + " is larger than " + std::to_string(bytes_max) + " bytes."};
  if (!file.eof()) return NotFound("FILE_UNREADABLE", path + " cannot be read; check the name and its permissions.");
  return text;
}

Status MakePrivate(const std::string& path) {
  std::error_code failed;
  std::ofstream(path, std::ios::trunc).close();
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
  if (failed)
    return Error{Code::kFailedPrecondition, "FILE_UNWRITABLE", path + " cannot be written; check the folder and its permissions."};
  return Ok();
}

Status WriteFile(const std::string& path, const std::string& text) {
  std::string unfinished = path + ".new";
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file || std::rename(unfinished.c_str(), path.c_str()) != 0)
    return Error{Code::kFailedPrecondition, "FILE_UNWRITABLE", path + " cannot be written; check the folder and its permissions."};
  return Ok();
}

}  // namespace vefa::ctl
