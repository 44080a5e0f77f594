#pragma once

#include <string>

#include "services/contact/pii_keys.h"

// How the password of an account at IYS is stored: under the tenant's key.
namespace vefa::contact {

inline constexpr char kIysSecretTable[] = "iys_account";

inline std::string WrapIysPassword(const Sealer& sealer, const Personal<std::string>& password) {
  return sealer.WrapSecret(kIysSecretTable, Uuid(), password.Reveal());
}
// DATA_LOSS `KEY_UNWRAP`.
inline Result<Personal<std::string>> UnwrapIysPassword(const Sealer& sealer, std::string_view wrapped) {
  VEFA_TRY(std::string password, sealer.UnwrapSecret(kIysSecretTable, Uuid(), wrapped));
  return Personal<std::string>(std::move(password));
}

}  // namespace vefa::contact
