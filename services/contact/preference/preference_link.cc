#include "services/contact/preference/preference_link.h"

namespace vefa::contact {

// Version 1, kind 2: mails' links to unsubscribe are kind 1.
PreferenceLinkKey::PreferenceLinkKey(std::string_view file_key) : link_(file_key, "vefa.contact.preference_link.v1", 0x21, 32) {}

std::string PreferenceLinkKey::Make(const PreferenceLink& link) const {
  std::string said;
  AppendId(said, link.tenant);
  AppendId(said, link.contact);
  return link_.Make(said);
}

Result<PreferenceLink> PreferenceLinkKey::Read(std::string_view token) const {
  VEFA_TRY(std::string said, link_.Read(token));
  return PreferenceLink{ReadId(said), ReadId(std::string_view(said).substr(16))};
}

}  // namespace vefa::contact
