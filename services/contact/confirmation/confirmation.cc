#include "services/contact/confirmation/confirmation.h"

namespace vefa::contact {

// Version 1, kind 3.
ConfirmationLinkKey::ConfirmationLinkKey(std::string_view file_key) : link_(file_key, "vefa.contact.confirmation_link.v1", 0x31, 40) {}

std::string ConfirmationLinkKey::Make(const ConfirmationLink& link) const {
  std::string said;
  AppendId(said, link.tenant);
  AppendId(said, link.contact);
  for (int shift = 56; shift >= 0; shift -= 8) said += static_cast<char>(link.line >> shift);
  return link_.Make(said);
}

Result<ConfirmationLink> ConfirmationLinkKey::Read(std::string_view token) const {
  VEFA_TRY(std::string said, link_.Read(token));
  const std::string_view bytes = said;
  ConfirmationLink link{ReadId(bytes), ReadId(bytes.substr(16))};
  for (char byte : bytes.substr(32)) link.line = link.line << 8 | static_cast<uint8_t>(byte);
  return link;
}

std::optional<ConfirmationState> StandingOf(const Asked& asked, Time now) {
  if (asked.line.state != ConsentState::kPending) return std::nullopt;
  if (asked.present == ConsentState::kGranted) return ConfirmationState::kConfirmed;
  if (asked.present != ConsentState::kPending) return ConfirmationState::kEnded;
  return now - asked.line.record_time > kConfirmationLife ? ConfirmationState::kExpired : ConfirmationState::kWaiting;
}

}  // namespace vefa::contact
