#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "libs/http/url.h"
#include "services/gateway/path_template.h"

namespace vefa::gateway {

// A message of a type that is compiled into this process.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

// Reads proto JSON. `path` is where the message sits in the request (empty for the request itself).
// An empty text is an empty message. INVALID_ARGUMENT with the field: `FIELD_UNKNOWN`,
// `FIELD_INVALID`; `JSON_SYNTAX` for what is not JSON at all.
Status ReadJson(std::string_view text, const std::string& path, google::protobuf::Message& message);

// Writes proto JSON in lowerCamelCase on one line, zeros and empty lists included.
Result<std::string> WriteJson(const google::protobuf::Message& message);

// Sets a field from the text of a path or a query: `page_size` or `pageSize`, `contact.language`,
// enums by name or number, repeated fields by repeating, timestamps and the like as in JSON.
// INVALID_ARGUMENT `FIELD_UNKNOWN`, `FIELD_INVALID`.
Status SetField(google::protobuf::Message& message, std::string_view path, const std::string& text);

// Every query parameter into the message, but those whose field the path or the body fills
// (`taken`): INVALID_ARGUMENT `FIELD_TAKEN`. Collects every violation.
Status SetFromQuery(google::protobuf::Message& message, const http::Query& query,
                    const std::vector<std::string>& taken);

}  // namespace vefa::gateway
