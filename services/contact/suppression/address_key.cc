#include "services/contact/suppression/address_key.h"

#include "libs/crypto/aes_gcm.h"
#include "libs/crypto/crypto.h"

namespace vefa::contact {

AddressKey::AddressKey(std::string_view file_key, const Uuid& tenant) {
  // One block of HKDF-Expand (RFC 5869): the name is of this use only.
  std::string info = "vefa.contact.suppression.v1";
  info.append(reinterpret_cast<const char*>(tenant.bytes.data()), tenant.bytes.size()).push_back('\x01');
  key_ = crypto::Bytes(crypto::HmacSha256(file_key, info));
}

AddressKey::~AddressKey() { crypto::Wipe(key_); }

std::string AddressKey::Hash(PointKind kind, std::string_view address) const {
  if (address.empty()) return "";
  char what = 0;
  if (kind == PointKind::kEmail) what = 1;
  if (kind == PointKind::kPhone || kind == PointKind::kWhatsapp) what = 2;
  if (what == 0) return "";
  return std::string(crypto::Bytes(crypto::HmacSha256(key_, what + std::string(address))));
}

}  // namespace vefa::contact
