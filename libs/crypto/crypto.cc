#include "libs/crypto/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "libs/base/check.h"
#include "libs/base/id.h"

namespace vefa::crypto {
namespace {

const unsigned char* Unsigned(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Digest Sha256(std::string_view data) {
  Digest digest;
  unsigned int size = 0;
  VEFA_CHECK(EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  VEFA_CHECK(size == digest.size());
  return digest;
}

Digest HmacSha256(std::string_view key, std::string_view data) {
  Digest digest;
  unsigned int size = 0;
  // OpenSSL takes a null key to mean "the key of the last call", so an empty one needs an address.
  const void* bytes = key.empty() ? static_cast<const void*>("") : key.data();
  VEFA_CHECK(HMAC(EVP_sha256(), bytes, static_cast<int>(key.size()), Unsigned(data), data.size(), digest.data(),
                  &size) != nullptr);
  VEFA_CHECK(size == digest.size());
  return digest;
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string RandomString(size_t size) {
  std::string bytes(size, '\0');
  RandomBytes(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size());
  return bytes;
}

}  // namespace vefa::crypto
