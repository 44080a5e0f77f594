#include "services/contact/consent/consent_secret.h"

#include "libs/crypto/aes_gcm.h"
#include "libs/crypto/crypto.h"

namespace vefa::contact {
namespace {

constexpr char kSecretTable[] = "consent_secret";

std::string ForLine(const char* use, int64_t line) { return std::string(use) + " of line " + std::to_string(line); }

}  // namespace

ConsentSecret::~ConsentSecret() { crypto::Wipe(bytes_); }

ConsentSecret ConsentSecret::Make() { return ConsentSecret(crypto::RandomString(pii::Key::kSize)); }

Result<ConsentSecret> ConsentSecret::Read(const Sealer& sealer, const Uuid& contact, std::string_view wrapped) {
  VEFA_TRY(std::string bytes, sealer.UnwrapSecret(kSecretTable, contact, wrapped));
  return ConsentSecret(std::move(bytes));
}

std::string ConsentSecret::Wrapped(const Sealer& sealer, const Uuid& contact) const {
  return sealer.WrapSecret(kSecretTable, contact, bytes_);
}

std::string ConsentSecret::Salt(int64_t line) const {
  return std::string(crypto::Bytes(crypto::HmacSha256(bytes_, ForLine("salt", line))));
}

std::string ConsentSecret::SealAddress(int64_t line, const Personal<std::string>& address) const {
  return pii::Wrap(bytes_, address.Reveal(), ForLine("address", line));
}

Result<Personal<std::string>> ConsentSecret::OpenAddress(int64_t line, std::string_view box) const {
  VEFA_TRY(std::string address, pii::Unwrap(bytes_, box, ForLine("address", line)));
  return Personal<std::string>(std::move(address));
}

}  // namespace vefa::contact
