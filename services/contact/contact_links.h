#pragma once

#include "services/contact/confirmation/confirmation.h"
#include "services/contact/preference/preference_link.h"

namespace vefa::contact {

// The keys of every link that a message can carry to its reader. Immutable, so thread-safe.
struct ContactLinks {
  explicit ContactLinks(std::string_view file_key) : preferences(file_key), confirmations(file_key) {}

  PreferenceLinkKey preferences;
  ConfirmationLinkKey confirmations;
};

}  // namespace vefa::contact
