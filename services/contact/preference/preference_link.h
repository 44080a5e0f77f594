#pragma once

#include <string>
#include <string_view>

#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::contact {

// Whose preferences a link is for.
struct PreferenceLink {
  Uuid tenant;
  Uuid contact;
};

// Makes and checks the tokens of links to a person's own preferences. A token is 66 characters, holds nothing personal and never expires:
// whoever has a message can always choose. Its key is derived from what VEFA_PII_KEY_FILE holds. Immutable, so thread-safe.
class PreferenceLinkKey {
 public:
  explicit PreferenceLinkKey(std::string_view file_key);

  std::string Make(const PreferenceLink& link) const;
  // NOT_FOUND `TOKEN_INVALID` for anything that is not a token of ours to the last bit.
  Result<PreferenceLink> Read(std::string_view token) const;

 private:
  std::string key_;
};

}  // namespace vefa::contact
