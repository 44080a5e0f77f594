#pragma once

#include <string_view>
#include <vector>

#include "services/contact/contact.h"

namespace vefa::contact {

// Adds every broken rule of what is given as evidence of a consent, its field under `prefix`. Pure, as contact.h.
void CheckEvidence(const Consent& consent, std::string_view prefix, std::vector<Violation>& violations);

}  // namespace vefa::contact
