#pragma once

#include <string>
#include <string_view>

#include "libs/base/id.h"
#include "services/contact/point/point.h"

namespace vefa::contact {

// Makes the hashes by which suppressed addresses are known: HMAC-SHA-256 under a key of the tenant's, derived from what VEFA_PII_KEY_FILE
// holds and stored nowhere. Who has the database alone cannot try addresses one by one; who lost the file knows none again.
// Immutable, so thread-safe.
class AddressKey {
 public:
  AddressKey(std::string_view file_key, const Uuid& tenant);
  ~AddressKey();
  AddressKey(const AddressKey&) = delete;
  AddressKey& operator=(const AddressKey&) = delete;

  // 32 bytes of an address in its normal form; none of kinds that cannot be suppressed. A number of WhatsApp is the telephone's.
  std::string Hash(PointKind kind, std::string_view address) const;

 private:
  std::string key_;
};

}  // namespace vefa::contact
