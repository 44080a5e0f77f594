#pragma once

#include <memory>
#include <string>
#include <string_view>

// Signatures by Ed25519 (RFC 8032): whoever has the public key can check them, and only who has the seed can make them.
namespace vefa::crypto {

inline constexpr size_t kEd25519KeyBytes = 32;
inline constexpr size_t kEd25519SignatureBytes = 64;

// A private key. Immutable, so thread-safe; its bytes are wiped by OpenSSL.
class SigningKey {
 public:
  // `seed` is 32 secret bytes; the same seed is the same key. Another size is a programmer's error.
  explicit SigningKey(std::string_view seed);
  ~SigningKey();
  SigningKey(SigningKey&& other) noexcept;

  // 32 bytes, as they are.
  const std::string& public_key() const { return public_key_; }
  // 64 bytes. The same message has the same signature.
  std::string Sign(std::string_view message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string public_key_;
};

// Whether the signature was made over this message by the owner of the public key. A key or a signature of another size is
// simply not right.
bool IsSigned(std::string_view public_key, std::string_view message, std::string_view signature);

}  // namespace vefa::crypto
