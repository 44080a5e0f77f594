#include "services/contact/consent/proof_key.h"

#include "libs/crypto/aes_gcm.h"
#include "libs/crypto/crypto.h"

namespace vefa::contact {

crypto::SigningKey MakeProofKey(std::string_view file_key) {
  // One block of HKDF-Expand (RFC 5869): the name is of this use only.
  std::string seed(crypto::Bytes(crypto::HmacSha256(file_key, std::string("vefa.consent.proof.ed25519.v1") + '\x01')));
  crypto::SigningKey key(seed);
  crypto::Wipe(seed);
  return key;
}

}  // namespace vefa::contact
