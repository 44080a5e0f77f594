#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "libs/events/catalog.h"
#include "libs/http/message.h"
#include "libs/postgres/database.h"

namespace vefa::gateway {

// What a stranger needs to read our events, open to all because the contract is public:
//   GET /asyncapi.json          the AsyncAPI 3.0 document of every topic
//   GET /catalog.json           the catalogue the console shows
//   GET /schemas/MESSAGE@HASH   the descriptors `ce_dataschema` points to, of this and of earlier releases
//   GET /schemas/MESSAGE        the present ones
// Schemas are google.protobuf.FileDescriptorSets; with `?format=json` in their JSON form. Thread-safe.
class CatalogPages {
 public:
  // `messages` are the event messages of this release.
  CatalogPages(postgres::Database& database, const std::vector<const google::protobuf::Descriptor*>& messages);

  static bool Owns(std::string_view path) {
    return path == "/asyncapi.json" || path == "/catalog.json" || path.starts_with("/schemas/");
  }
  http::Response Serve(const http::Request& request);

 private:
  http::Response Schema(std::string_view name, bool as_json);
  Result<std::string> Find(const std::string& message, const std::string& hash);
  // Remembers this release's schemas for those that come after it; tried again until the database takes them.
  void Keep();

  postgres::Database& database_;
  std::map<std::string, events::Catalog> catalogs_;  // By full name.
  std::mutex mutex_;
  bool kept_ = false;
};

}  // namespace vefa::gateway
