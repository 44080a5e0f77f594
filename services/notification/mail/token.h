#pragma once

#include <string>
#include <string_view>

#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::notification {

// What an unsubscribe link says: which message of which tenant, and for which of its purposes.
struct UnsubscribeToken {
  uint32_t tenant_ordinal = 0;
  Uuid message;
  uint16_t purpose = 0;  // 0 means the purpose the message was sent for.
};

// Makes and checks the tokens of links in mails. A token is 54 characters, holds nothing personal
// and never expires: whoever has a mail can always get out. Thread-safe.
class TokenKey {
 public:
  explicit TokenKey(std::string key, uint8_t key_id = 1) : key_(std::move(key)), key_id_(key_id) {}

  std::string Unsubscribe(const UnsubscribeToken& token) const;
  // NOT_FOUND `TOKEN_INVALID` for anything that is not a token of ours to the last bit.
  Result<UnsubscribeToken> ReadUnsubscribe(std::string_view text) const;

  // A keyed hash of an address, for looking up suppressions without storing addresses. The case of
  // ASCII letters does not matter.
  std::string AddressHash(const Uuid& tenant, std::string_view address) const;

 private:
  std::string key_;
  uint8_t key_id_;
};

}  // namespace vefa::notification
