#pragma once

#include <string>
#include <string_view>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"

namespace google::protobuf {
class Message;
}
namespace vefa::event::v1 {
class PiiBox;
}

namespace vefa::pii {

// A key of one person: AES-256-GCM. Never printed; wiped when it is destroyed.
class Key {
 public:
  static constexpr size_t kSize = 32;
  Key(const Uuid& id, std::string bytes);
  ~Key();
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  const Uuid& id() const { return id_; }
  const std::string& bytes() const { return bytes_; }

 private:
  Uuid id_;
  std::string bytes_;
};

// A fresh key with a fresh id.
Key NewKey(const Clock& clock);

// Encrypts a message under a key. The additional data are tenant, key id and the message's full name,
// so a box cannot be passed off as another tenant's, another key's or another kind's.
event::v1::PiiBox Seal(const Key& key, const Uuid& tenant, const google::protobuf::Message& message);
// Decrypts into `message`. DATA_LOSS `PII_BOX_BROKEN` when the key, the tenant or the kind is another,
// or a byte was changed.
Status Open(const Key& key, const Uuid& tenant, const event::v1::PiiBox& box, google::protobuf::Message& message);

// One key under another, for storing: nonce, ciphertext, tag. `context` binds it to its place.
std::string Wrap(std::string_view wrapping_key, std::string_view key, std::string_view context);
// DATA_LOSS `KEY_UNWRAP` when the wrapping key or the context is another.
Result<std::string> Unwrap(std::string_view wrapping_key, std::string_view wrapped, std::string_view context);

}  // namespace vefa::pii
