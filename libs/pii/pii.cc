#include "libs/pii/pii.h"

#include <google/protobuf/message.h>

#include "libs/base/check.h"
#include "libs/crypto/aes_gcm.h"
#include "libs/crypto/crypto.h"
#include "vefa/event/v1/pii.pb.h"

namespace vefa::pii {
namespace {

std::string_view BytesOf(const Uuid& id) { return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}; }

// What a box is bound to: in a fixed order, the first two of fixed size, so no two places look alike.
std::string PlaceOf(const Uuid& tenant, const Uuid& key, std::string_view message) {
  std::string place(BytesOf(tenant));
  return place.append(BytesOf(key)).append(message);
}

// Each place has a wrapping key of its own (one block of HKDF-Expand, RFC 5869), so that no number of keys
// wrapped makes two nonces meet under one key.
std::string WrappingKeyFor(std::string_view wrapping_key, std::string_view context) {
  VEFA_CHECK(wrapping_key.size() == Key::kSize);
  return std::string(crypto::Bytes(crypto::HmacSha256(wrapping_key, std::string(context) + '\x01')));
}

Error Broken() {
  return {Code::kDataLoss, "PII_BOX_BROKEN",
          "The box cannot be opened: its bytes were changed, or it belongs to another key, tenant or message."};
}

}  // namespace

Key::Key(const Uuid& id, std::string bytes) : id_(id), bytes_(std::move(bytes)) { VEFA_CHECK(bytes_.size() == kSize); }

Key::~Key() { crypto::Wipe(bytes_); }

Key NewKey(const Clock& clock) { return {NewUuidV7(clock), crypto::RandomString(Key::kSize)}; }

event::v1::PiiBox Seal(const Key& key, const Uuid& tenant, const google::protobuf::Message& message) {
  const std::string& kind = message.GetDescriptor()->full_name();
  std::string plain = message.SerializeAsString();
  event::v1::PiiBox box;
  box.set_key_id(key.id().ToString());
  box.set_nonce(crypto::RandomString(crypto::kGcmNonceBytes));
  box.set_ciphertext(crypto::AesGcmEncrypt(key.bytes(), box.nonce(), plain, PlaceOf(tenant, key.id(), kind)));
  box.set_message(kind);
  crypto::Wipe(plain);
  return box;
}

Status Open(const Key& key, const Uuid& tenant, const event::v1::PiiBox& box, google::protobuf::Message& message) {
  const std::string& kind = message.GetDescriptor()->full_name();
  auto id = Uuid::Parse(box.key_id());
  if (!id.ok() || *id != key.id() || box.message() != kind) return Broken();
  auto plain = crypto::AesGcmDecrypt(key.bytes(), box.nonce(), box.ciphertext(), PlaceOf(tenant, key.id(), kind));
  if (!plain.ok()) return Broken();
  bool read = message.ParseFromString(*plain);
  crypto::Wipe(*plain);
  return read ? Ok() : Status(Broken());
}

std::string Wrap(std::string_view wrapping_key, std::string_view key, std::string_view context) {
  std::string own = WrappingKeyFor(wrapping_key, context);
  std::string nonce = crypto::RandomString(crypto::kGcmNonceBytes);
  std::string wrapped = nonce + crypto::AesGcmEncrypt(own, nonce, key, context);
  crypto::Wipe(own);
  return wrapped;
}

Result<std::string> Unwrap(std::string_view wrapping_key, std::string_view wrapped, std::string_view context) {
  std::string own = WrappingKeyFor(wrapping_key, context);
  std::string_view nonce = wrapped.substr(0, crypto::kGcmNonceBytes);
  auto key = crypto::AesGcmDecrypt(own, nonce, wrapped.substr(nonce.size()), context);
  crypto::Wipe(own);
  if (key.ok()) return key;
  return Error{Code::kDataLoss, "KEY_UNWRAP",
               "A stored key cannot be unwrapped: it was wrapped by another key, or belongs to another place."};
}

}  // namespace vefa::pii
