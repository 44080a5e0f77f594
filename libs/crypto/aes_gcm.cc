#include "libs/crypto/aes_gcm.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <climits>
#include <memory>

#include "libs/base/check.h"

namespace vefa::crypto {
namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// Looked up once: OpenSSL would search its providers at every use. Never freed, as OpenSSL's own tables.
const EVP_CIPHER* Cipher() {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  VEFA_CHECK(kCipher != nullptr);
  return kCipher;
}

const unsigned char* In(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Out(std::string& text, size_t at = 0) { return reinterpret_cast<unsigned char*>(text.data() + at); }

// A context with key, nonce and additional data in it.
Context Begin(bool encrypt, std::string_view key, std::string_view nonce, std::string_view text,
              std::string_view additional) {
  VEFA_CHECK(key.size() == kAesKeyBytes && nonce.size() == kGcmNonceBytes);
  VEFA_CHECK(text.size() <= INT_MAX && additional.size() <= INT_MAX);
  Context context(EVP_CIPHER_CTX_new());
  VEFA_CHECK(context != nullptr);
  VEFA_CHECK(EVP_CipherInit_ex2(context.get(), Cipher(), In(key), In(nonce), encrypt ? 1 : 0, nullptr) == 1);
  int written = 0;
  if (!additional.empty())
    VEFA_CHECK(EVP_CipherUpdate(context.get(), nullptr, &written, In(additional), static_cast<int>(additional.size())) == 1);
  return context;
}

}  // namespace

std::string AesGcmEncrypt(std::string_view key, std::string_view nonce, std::string_view plain,
                          std::string_view additional) {
  Context context = Begin(true, key, nonce, plain, additional);
  std::string sealed(plain.size() + kGcmTagBytes, '\0');
  int written = 0;
  if (!plain.empty())
    VEFA_CHECK(EVP_CipherUpdate(context.get(), Out(sealed), &written, In(plain), static_cast<int>(plain.size())) == 1);
  VEFA_CHECK(static_cast<size_t>(written) == plain.size());
  VEFA_CHECK(EVP_CipherFinal_ex(context.get(), Out(sealed, plain.size()), &written) == 1 && written == 0);
  VEFA_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagBytes, Out(sealed, plain.size())) == 1);
  return sealed;
}

Result<std::string> AesGcmDecrypt(std::string_view key, std::string_view nonce, std::string_view ciphertext,
                                  std::string_view additional) {
  const Error broken{Code::kDataLoss, "CIPHERTEXT_BROKEN", "The bytes were changed, or were encrypted otherwise."};
  // The sizes of a ciphertext and its nonce come from outside.
  if (ciphertext.size() < kGcmTagBytes || nonce.size() != kGcmNonceBytes) return broken;
  std::string tag(ciphertext.substr(ciphertext.size() - kGcmTagBytes));
  ciphertext.remove_suffix(kGcmTagBytes);
  Context context = Begin(false, key, nonce, ciphertext, additional);
  std::string plain(ciphertext.size(), '\0');
  int written = 0;
  if (!plain.empty())
    VEFA_CHECK(EVP_CipherUpdate(context.get(), Out(plain), &written, In(ciphertext), static_cast<int>(ciphertext.size())) == 1);
  VEFA_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagBytes, tag.data()) == 1);
  // Only now is the tag compared: until here the plain text is a forger's as well as ours.
  if (EVP_CipherFinal_ex(context.get(), Out(plain, plain.size()), &written) != 1) {
    Wipe(plain);
    return broken;
  }
  return plain;
}

void Wipe(std::string& secret) {
  if (!secret.empty()) OPENSSL_cleanse(secret.data(), secret.size());
}

}  // namespace vefa::crypto
