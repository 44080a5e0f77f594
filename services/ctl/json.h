#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "libs/base/result.h"

namespace vefa::ctl {

using Json = nlohmann::ordered_json;

// Never throws. INVALID_ARGUMENT `JSON_SYNTAX` names `what` could not be read.
Result<Json> ParseJson(const std::string& text, const std::string& what);

// A member of an answer in proto JSON, or the zero of its type when it is absent or of another
// type: what a newer server adds or leaves out must not stop an older vefactl.
std::string TextOf(const Json& object, const char* key);
double NumberOf(const Json& object, const char* key);
// 64-bit integers travel as text in proto JSON; both forms are taken.
int64_t IntegerOf(const Json& object, const char* key);
int64_t IntegerFrom(const Json& value);
const Json& MemberOf(const Json& object, const char* key);

// A whole file. NOT_FOUND `FILE_UNREADABLE`; RESOURCE_EXHAUSTED `FILE_TOO_LARGE`.
Result<std::string> ReadFile(const std::string& path, size_t bytes_max);
// By another name first, then renamed: readers see the old text or the new one.
Status WriteFile(const std::string& path, const std::string& text);
// Nobody but its owner reads a file that names people, from its first byte on: makes an empty one so, under this name.
Status MakePrivate(const std::string& path);

}  // namespace vefa::ctl
