#pragma once

#include <string_view>

#include "libs/crypto/ed25519.h"

namespace vefa::contact {

// The key that signs anchors and proofs, one of an installation: derived from what VEFA_PII_KEY_FILE holds, so it is the same in
// every replica and after every start, and lost or stolen only with that file.
crypto::SigningKey MakeProofKey(std::string_view file_key);

}  // namespace vefa::contact
