#include "libs/crypto/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

#include "libs/base/check.h"
#include "libs/base/id.h"
#include "libs/base/text.h"

namespace vefa::crypto {
namespace {

constexpr size_t kSha256Block = 64;

// Looked up once: OpenSSL would search its providers at every use. Never freed, as OpenSSL's own tables.
const EVP_MD* Hash() {
  static const EVP_MD* const kHash = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  VEFA_CHECK(kHash != nullptr);
  return kHash;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// The hash of two texts, one after the other.
void HashInto(EVP_MD_CTX* context, std::string_view first, std::string_view second, Digest& digest) {
  unsigned int size = 0;
  VEFA_CHECK(EVP_DigestInit_ex2(context, Hash(), nullptr) == 1);
  VEFA_CHECK(EVP_DigestUpdate(context, first.data(), first.size()) == 1);
  VEFA_CHECK(EVP_DigestUpdate(context, second.data(), second.size()) == 1);
  VEFA_CHECK(EVP_DigestFinal_ex(context, digest.data(), &size) == 1 && size == digest.size());
}

}  // namespace

Digest Sha256(std::string_view data) {
  Digest digest;
  unsigned int size = 0;
  VEFA_CHECK(EVP_Digest(data.data(), data.size(), digest.data(), &size, Hash(), nullptr) == 1);
  VEFA_CHECK(size == digest.size());
  return digest;
}

std::string Sha1Hex(std::string_view data) {
  std::array<char, 20> hash;
  unsigned int size = 0;
  VEFA_CHECK(EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(hash.data()), &size, EVP_sha1(),
                        nullptr) == 1);
  return ToHex({hash.data(), size});
}

// RFC 2104 by hand, because OpenSSL's own spends six times as long on finding its algorithms as on hashing, and
// every call between services is signed.
Digest HmacSha256(std::string_view key, std::string_view data) {
  std::array<char, kSha256Block> inner{}, outer{};
  Digest digest;
  if (key.size() > kSha256Block) {
    digest = Sha256(key);
    key = Bytes(digest);
  }
  for (size_t i = 0; i < kSha256Block; ++i) {
    char byte = i < key.size() ? key[i] : '\0';
    inner[i] = static_cast<char>(byte ^ 0x36);
    outer[i] = static_cast<char>(byte ^ 0x5c);
  }
  std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  VEFA_CHECK(context != nullptr);
  HashInto(context.get(), {inner.data(), inner.size()}, data, digest);
  Digest first = digest;
  HashInto(context.get(), {outer.data(), outer.size()}, Bytes(first), digest);
  // They are the key but for a constant.
  OPENSSL_cleanse(inner.data(), inner.size());
  OPENSSL_cleanse(outer.data(), outer.size());
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
