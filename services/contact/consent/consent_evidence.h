#pragma once

#include <optional>

#include "services/contact/contact.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// Where it was said from, sealed under a fresh key; nothing of it where nothing is known.
std::optional<SealedPerson> SealOrigin(const Consent& consent, const Sealer& sealer, const Clock& clock);

}  // namespace vefa::contact
