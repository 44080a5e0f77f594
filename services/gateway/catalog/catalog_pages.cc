#include "services/gateway/catalog/catalog_pages.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/json_util.h>

#include "libs/http/url.h"
#include "services/gateway/catalog/schema_store.h"
#include "services/gateway/problem.h"

// Made by the build out of the contract.
std::string_view vefa_catalog_json();
std::string_view vefa_asyncapi_json();

namespace vefa::gateway {
namespace {

constexpr std::chrono::seconds kDatabaseTimeout(5);

http::Response Document(std::string_view text) {
  http::Response response;
  response.status = 200;
  response.body = text;
  response.headers.Add("Content-Type", "application/json");
  response.headers.Add("Cache-Control", "no-cache");
  // Tools on other pages read the contract.
  response.headers.Add("Access-Control-Allow-Origin", "*");
  return response;
}

}  // namespace

CatalogPages::CatalogPages(postgres::Database& database,
                           const std::vector<const google::protobuf::Descriptor*>& messages)
    : database_(database) {
  for (const auto* message : messages) catalogs_.emplace(message->full_name(), message);
}

void CatalogPages::Keep() {
  std::lock_guard lock(mutex_);
  if (kept_) return;
  for (const auto& [name, catalog] : catalogs_)
    if (!KeepSchema(database_, {name, catalog.schema_hash(), catalog.descriptor_set()}, Deadline::After(kDatabaseTimeout)).ok())
      return;
  kept_ = true;
}

Result<std::string> CatalogPages::Find(const std::string& message, const std::string& hash) {
  auto present = catalogs_.find(message);
  if (present != catalogs_.end() && (hash.empty() || hash == present->second.schema_hash()))
    return present->second.descriptor_set();
  VEFA_TRY(auto earlier, FindSchema(database_, message, hash, Deadline::After(kDatabaseTimeout)));
  if (earlier) return earlier->descriptor_set;
  if (present == catalogs_.end())
    return NotFound("SCHEMA_UNKNOWN", "No event of ours has such a message; /catalog.json lists those there are.");
  return NotFound("SCHEMA_UNKNOWN",
                  "This version was never published here. Versions of one message are compatible: read with the present "
                  "one, /schemas/" + message + "@" + present->second.schema_hash() + ".");
}

http::Response CatalogPages::Schema(std::string_view name, bool as_json) {
  size_t at = name.find('@');
  std::string hash(at == std::string_view::npos ? "" : name.substr(at + 1));
  auto found = Find(std::string(name.substr(0, at)), hash);
  if (!found.ok()) return ProblemResponse(found.error(), "");
  http::Response response;
  response.status = 200;
  if (as_json) {
    google::protobuf::FileDescriptorSet files;
    files.ParseFromString(*found);
    static_cast<void>(google::protobuf::util::MessageToJsonString(files, &response.body).ok());
    response.headers.Add("Content-Type", "application/json");
  } else {
    response.body = *std::move(found);
    response.headers.Add("Content-Type", "application/x-protobuf; messageType=google.protobuf.FileDescriptorSet");
  }
  // What a hash names never changes.
  response.headers.Add("Cache-Control", hash.empty() ? "no-cache" : "public, max-age=31536000, immutable");
  response.headers.Add("Access-Control-Allow-Origin", "*");
  return response;
}

http::Response CatalogPages::Serve(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    Error error{Code::kUnimplemented, "METHOD_NOT_ALLOWED", "This address is for GET."};
    error.metadata["allow"] = "GET";
    return ProblemResponse(error, "");
  }
  Keep();
  if (request.path == "/catalog.json") return Document(vefa_catalog_json());
  if (request.path == "/asyncapi.json") return Document(vefa_asyncapi_json());
  auto name = http::PercentDecode(std::string_view(request.path).substr(std::string_view("/schemas/").size()));
  if (!name.ok()) return ProblemResponse(name.error(), "");
  return Schema(*name, request.query == "format=json");
}

}  // namespace vefa::gateway
