#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "libs/base/result.h"

namespace vefa::crypto {

using Digest = std::array<uint8_t, 32>;

// The bytes of a digest, for storing, comparing and ToHex.
inline std::string_view Bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest Sha256(std::string_view data);

// SHA-1 in hexadecimal digits, by which Redis names scripts. No protection of anything.
std::string Sha1Hex(std::string_view data);

// `key` of any length; a key of ours has at least 32 random bytes.
Digest HmacSha256(std::string_view key, std::string_view data);

// Whether two byte strings are equal, in time that depends on their lengths only.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

// `size` random bytes from the operating system, as they are (not as text).
std::string RandomString(size_t size);

// What one Argon2id hash costs. The defaults are OWASP's minimum: 19 MiB, two passes, one lane.
struct Argon2Cost {
  uint32_t memory_kib = 19456;
  uint32_t passes = 2;
  uint32_t lanes = 1;
};

// The hash of a password as a PHC string (`$argon2id$v=19$m=19456,t=2,p=1$salt$hash`) with a fresh
// random salt. Fails only when memory cannot be had (RESOURCE_EXHAUSTED `PASSWORD_HASH_MEMORY`) or
// the cost is out of Argon2's range (INVALID_ARGUMENT `PASSWORD_HASH_COST`).
// Takes tens of milliseconds and `memory_kib`: callers bound how many run at once.
Result<std::string> Argon2idHash(std::string_view password, const Argon2Cost& cost = {});

// Whether the password is the one `encoded` was made from. An error means `encoded` is not a PHC
// string of Argon2id or memory cannot be had, never that the password is wrong.
Result<bool> Argon2idVerify(std::string_view encoded, std::string_view password);

// Whether `encoded` was made at another cost than `cost` and should be made anew at the next sign-in.
bool Argon2idNeedsRehash(std::string_view encoded, const Argon2Cost& cost = {});

}  // namespace vefa::crypto
