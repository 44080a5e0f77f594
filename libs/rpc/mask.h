#pragma once

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "libs/base/result.h"

namespace vefa::rpc {

// What an update is to change (AIP-134): the fields its mask names, or, where it names none, those that the resource sets: of a
// map, the keys that it sets.
class Mask {
 public:
  // `fields` are the resource's fields that may be changed, by the names of the contract. One that is a map may be named
  // with a key, as `map.key`. INVALID_ARGUMENT `FIELD_UNKNOWN` for any other, `update_mask` its field.
  static Result<Mask> Read(const google::protobuf::FieldMask& mask, const google::protobuf::Message& resource,
                           std::span<const std::string_view> fields);

  // Whether this field as a whole is to be changed.
  bool Has(std::string_view field) const { return paths_.contains(field); }
  // The keys of a map that are named one by one.
  const std::set<std::string, std::less<>>& KeysOf(std::string_view field) const;

 private:
  std::set<std::string, std::less<>> paths_;
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> keys_;
};

// Whether what the caller read is still so: `said` is the etag he sent, which may be empty. ABORTED `ETAG_MISMATCH`.
Status CheckEtag(const std::string& said, const std::string& present);

}  // namespace vefa::rpc
