#include <argon2.h>

#include <algorithm>
#include <charconv>

#include "libs/crypto/crypto.h"

namespace vefa::crypto {
namespace {

constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;
constexpr std::string_view kPrefix = "$argon2id$v=19$m=";
// What a PHC string of ours may cost to verify: a row of the database must not be able to take the
// memory of the machine.
constexpr uint32_t kLongestMemoryKib = 1 << 20;
constexpr uint32_t kMostPasses = 64;
constexpr uint32_t kMostLanes = 16;
constexpr size_t kLongestEncoded = 512;

Error FromArgon2(int code) {
  if (code == ARGON2_MEMORY_ALLOCATION_ERROR || code == ARGON2_THREAD_FAIL) {
    Error error{Code::kResourceExhausted, "PASSWORD_HASH_MEMORY", "There is no memory to check a password. Try again."};
    error.retry_after_ms = 1000;
    return error;
  }
  return InvalidArgument("PASSWORD_HASH_COST", std::string("Argon2 refuses: ") + argon2_error_message(code) + ".");
}

bool ReadNumber(std::string_view& text, std::string_view after, uint32_t& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (!text.starts_with(after)) return false;
  text.remove_prefix(after.size());
  return true;
}

Result<Argon2Cost> CostOf(std::string_view encoded) {
  Argon2Cost cost;
  std::string_view rest = encoded;
  bool ok = encoded.size() <= kLongestEncoded && rest.starts_with(kPrefix);
  if (ok) rest.remove_prefix(kPrefix.size());
  ok = ok && ReadNumber(rest, ",t=", cost.memory_kib) && ReadNumber(rest, ",p=", cost.passes) &&
       ReadNumber(rest, "$", cost.lanes);
  ok = ok && cost.memory_kib <= kLongestMemoryKib && cost.passes <= kMostPasses && cost.lanes <= kMostLanes;
  if (!ok) return Internal("PASSWORD_HASH_SYNTAX", "A stored password hash is not one of Argon2id.");
  return cost;
}

}  // namespace

Result<std::string> Argon2idHash(std::string_view password, const Argon2Cost& cost) {
  std::string salt = RandomString(kSaltBytes);
  size_t size = argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, kSaltBytes, kHashBytes, Argon2_id);
  std::string encoded(size, '\0');
  int code = argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(),
                                   salt.data(), salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) return FromArgon2(code);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

Result<bool> Argon2idVerify(std::string_view encoded, std::string_view password) {
  VEFA_TRY([[maybe_unused]] Argon2Cost cost, CostOf(encoded));
  int code = argon2id_verify(std::string(encoded).c_str(), password.data(), password.size());
  if (code == ARGON2_OK) return true;
  if (code == ARGON2_VERIFY_MISMATCH) return false;
  if (code == ARGON2_MEMORY_ALLOCATION_ERROR || code == ARGON2_THREAD_FAIL) return FromArgon2(code);
  return Internal("PASSWORD_HASH_SYNTAX", "A stored password hash is not one of Argon2id.");
}

bool Argon2idNeedsRehash(std::string_view encoded, const Argon2Cost& cost) {
  auto stored = CostOf(encoded);
  return !stored.ok() || stored->memory_kib != cost.memory_kib || stored->passes != cost.passes ||
         stored->lanes != cost.lanes;
}

}  // namespace vefa::crypto
