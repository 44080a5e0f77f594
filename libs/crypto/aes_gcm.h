#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libs/base/result.h"

namespace vefa::crypto {

// AES-256-GCM (NIST SP 800-38D): secret, and refused when a byte of it was changed.
inline constexpr size_t kAesKeyBytes = 32;
inline constexpr size_t kGcmNonceBytes = 12;
inline constexpr size_t kGcmTagBytes = 16;

// The ciphertext followed by its tag. `nonce` must never be used twice with one key: whoever calls sees to
// that. `additional` is not in the result and must be said again to decrypt. A key or a nonce of another
// size is a programmer's error.
std::string AesGcmEncrypt(std::string_view key, std::string_view nonce, std::string_view plain,
                          std::string_view additional);

// What AesGcmEncrypt was given. DATA_LOSS `CIPHERTEXT_BROKEN` when key, nonce, ciphertext, tag or additional
// data are not those of the encryption; nothing of the plain text is returned then.
Result<std::string> AesGcmDecrypt(std::string_view key, std::string_view nonce, std::string_view ciphertext,
                                  std::string_view additional);

// Overwrites a secret before its memory is given back; the compiler may not leave it out.
void Wipe(std::string& secret);

}  // namespace vefa::crypto
