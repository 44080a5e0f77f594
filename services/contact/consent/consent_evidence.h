#pragma once

#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "services/contact/contact.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// Adds every broken rule of what is given as evidence of a consent, its field under `prefix`.
void CheckEvidence(const Consent& consent, std::string_view prefix, std::vector<Violation>& violations);

// Where it was said from, sealed under a fresh key; nothing of it where nothing is known.
std::optional<SealedPerson> SealOrigin(const Consent& consent, const Sealer& sealer, const Clock& clock);

}  // namespace vefa::contact
