#include "libs/crypto/ed25519.h"

#include <openssl/evp.h>

#include "libs/base/check.h"

namespace vefa::crypto {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeSigning {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeKey>;
using SigningPointer = std::unique_ptr<EVP_MD_CTX, FreeSigning>;

const unsigned char* Raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

struct SigningKey::State {
  ~State() { EVP_PKEY_free(key); }
  EVP_PKEY* key = nullptr;
};

SigningKey::SigningKey(std::string_view seed) : state_(new State), public_key_(kEd25519KeyBytes, '\0') {
  VEFA_CHECK(seed.size() == kEd25519KeyBytes);
  state_->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Raw(seed), seed.size());
  VEFA_CHECK(state_->key != nullptr);
  size_t size = public_key_.size();
  VEFA_CHECK(EVP_PKEY_get_raw_public_key(state_->key, reinterpret_cast<unsigned char*>(public_key_.data()), &size) == 1);
  VEFA_CHECK(size == public_key_.size());
}

SigningKey::SigningKey(SigningKey&& other) noexcept = default;
SigningKey::~SigningKey() = default;

std::string SigningKey::Sign(std::string_view message) const {
  SigningPointer context(EVP_MD_CTX_new());
  VEFA_CHECK(context != nullptr);
  std::string signature(kEd25519SignatureBytes, '\0');
  size_t size = signature.size();
  VEFA_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key) == 1);
  VEFA_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, Raw(message),
                            message.size()) == 1);
  VEFA_CHECK(size == signature.size());
  return signature;
}

bool IsSigned(std::string_view public_key, std::string_view message, std::string_view signature) {
  if (public_key.size() != kEd25519KeyBytes || signature.size() != kEd25519SignatureBytes) return false;
  KeyPointer key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Raw(public_key), public_key.size()));
  SigningPointer context(EVP_MD_CTX_new());
  VEFA_CHECK(context != nullptr);
  if (key == nullptr || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), Raw(signature), signature.size(), Raw(message), message.size()) == 1;
}

}  // namespace vefa::crypto
