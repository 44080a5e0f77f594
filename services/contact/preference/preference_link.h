#pragma once

#include <string>
#include <string_view>

#include "services/contact/signed_link.h"

namespace vefa::contact {

// Whose preferences a link is for.
struct PreferenceLink {
  Uuid tenant;
  Uuid contact;
};

// Makes and checks the tokens of links to a person's own preferences. A token is 66 characters and never expires: whoever has a message can
// always choose. Immutable, so thread-safe.
class PreferenceLinkKey {
 public:
  explicit PreferenceLinkKey(std::string_view file_key);

  std::string Make(const PreferenceLink& link) const;
  // The link as it stands behind the gateway's public address: `/p/` and the token.
  std::string Path(const PreferenceLink& link) const { return "/p/" + Make(link); }
  // NOT_FOUND `TOKEN_INVALID` for anything that is not a token of ours to the last bit.
  Result<PreferenceLink> Read(std::string_view token) const;

 private:
  SignedLink link_;
};

}  // namespace vefa::contact
