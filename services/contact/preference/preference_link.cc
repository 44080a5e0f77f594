#include "services/contact/preference/preference_link.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace vefa::contact {
namespace {

constexpr char kLinkKind = 0x21;  // Version 1, kind 2: mails' links to unsubscribe are kind 1.
constexpr size_t kLinkBody = 1 + 16 + 16;
constexpr size_t kLinkMac = 16;

std::string LinkMac(std::string_view key, std::string_view body) {
  return std::string(crypto::Bytes(crypto::HmacSha256(key, body)).substr(0, kLinkMac));
}

void AppendId(std::string& out, const Uuid& id) { out.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()); }

Uuid ReadId(std::string_view bytes) {
  Uuid id;
  std::copy_n(bytes.begin(), id.bytes.size(), reinterpret_cast<char*>(id.bytes.data()));
  return id;
}

}  // namespace

// One block of HKDF-Expand (RFC 5869): the name is of this use only.
PreferenceLinkKey::PreferenceLinkKey(std::string_view file_key)
    : key_(crypto::Bytes(crypto::HmacSha256(file_key, std::string("vefa.contact.preference_link.v1") + '\x01'))) {}

std::string PreferenceLinkKey::Make(const PreferenceLink& link) const {
  std::string body(1, kLinkKind);
  AppendId(body, link.tenant);
  AppendId(body, link.contact);
  return ToBase64Url(body + LinkMac(key_, body));
}

Result<PreferenceLink> PreferenceLinkKey::Read(std::string_view token) const {
  auto decoded = FromBase64Url(token);
  // Base64 has several spellings of one value when spare bits are set; only the one we make is ours.
  if (decoded.ok() && decoded->size() == kLinkBody + kLinkMac && ToBase64Url(*decoded) == token) {
    const std::string_view body = std::string_view(*decoded).substr(0, kLinkBody);
    if (body[0] == kLinkKind && crypto::ConstantTimeEqual(LinkMac(key_, body), std::string_view(*decoded).substr(kLinkBody)))
      return PreferenceLink{ReadId(body.substr(1)), ReadId(body.substr(17))};
  }
  return NotFound("TOKEN_INVALID", "This link is not one of ours: copy it whole from the message.");
}

}  // namespace vefa::contact
