#pragma once

#include <string>

#include "libs/base/personal.h"
#include "libs/base/result.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// The 32 bytes from which everything that opens a contact's sealed consents is made; gone with the person. Wiped when it is
// destroyed.
class ConsentSecret {
 public:
  explicit ConsentSecret(std::string bytes) : bytes_(std::move(bytes)) {}
  ~ConsentSecret();
  ConsentSecret(const ConsentSecret&) = default;
  ConsentSecret& operator=(const ConsentSecret&) = default;
  // A fresh one.
  static ConsentSecret Make();
  // One that is stored. DATA_LOSS `KEY_UNWRAP`.
  static Result<ConsentSecret> Read(const Sealer& sealer, const Uuid& contact, std::string_view wrapped);

  // As the table stores it.
  std::string Wrapped(const Sealer& sealer, const Uuid& contact) const;
  // With which a line's commitment is made: shown to whoever may see the line, it opens no other one.
  std::string Salt(int64_t line) const;
  std::string SealAddress(int64_t line, const Personal<std::string>& address) const;
  // DATA_LOSS `KEY_UNWRAP`.
  Result<Personal<std::string>> OpenAddress(int64_t line, std::string_view box) const;

 private:
  std::string bytes_;
};

}  // namespace vefa::contact
