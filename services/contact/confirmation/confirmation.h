#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "services/contact/contact.h"
#include "services/contact/signed_link.h"

// The second half of a double opt-in: rules and links, no I/O.
namespace vefa::contact {

// How long after it was recorded a consent can be confirmed by its link.
inline constexpr std::chrono::hours kConfirmationLife{7 * 24};

// Which line of the consent log a link confirms.
struct ConfirmationLink {
  Uuid tenant;
  Uuid contact;
  int64_t line = 0;
};

// Makes and checks the tokens of links that confirm a consent: 76 characters. Immutable, so thread-safe.
class ConfirmationLinkKey {
 public:
  explicit ConfirmationLinkKey(std::string_view file_key);

  std::string Make(const ConfirmationLink& link) const;
  // The link as it stands behind the gateway's public address: `/c/` and the token.
  std::string Path(const ConfirmationLink& link) const { return "/c/" + Make(link); }
  // NOT_FOUND `TOKEN_INVALID` for anything that is not a token of ours to the last bit.
  Result<ConfirmationLink> Read(std::string_view token) const;

 private:
  SignedLink link_;
};

// The numbers are vefa.contact.v1.Confirmation.State.
enum class ConfirmationState { kWaiting = 1, kConfirmed = 2, kExpired = 3, kEnded = 4 };

// The line that a link names, and what stands around it.
struct Asked {
  Consent line;
  ConsentState present = ConsentState::kNeverAsked;  // What holds of the same purpose and channel.
  std::string language;                              // The person's.
  std::string purpose_title;                         // Its code where nobody declared it.
  std::string text;                                  // The one agreed to; empty when none was named.
};

// How it stands at a moment. A line that is none to confirm is nobody's link: nullopt.
std::optional<ConfirmationState> StandingOf(const Asked& asked, Time now);

}  // namespace vefa::contact
