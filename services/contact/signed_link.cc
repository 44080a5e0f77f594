#include "services/contact/signed_link.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace vefa::contact {
namespace {

constexpr size_t kLinkMac = 16;

std::string LinkMac(std::string_view key, std::string_view body) {
  return std::string(crypto::Bytes(crypto::HmacSha256(key, body)).substr(0, kLinkMac));
}

}  // namespace

// One block of HKDF-Expand (RFC 5869): the name is of this use only.
SignedLink::SignedLink(std::string_view file_key, std::string_view use, char kind, size_t size)
    : key_(crypto::Bytes(crypto::HmacSha256(file_key, std::string(use) + '\x01'))), kind_(kind), size_(size) {}

std::string SignedLink::Make(std::string_view said) const {
  std::string body(1, kind_);
  body += said;
  return ToBase64Url(body + LinkMac(key_, body));
}

Result<std::string> SignedLink::Read(std::string_view token) const {
  auto decoded = FromBase64Url(token);
  // Base64 has several spellings of one value when spare bits are set; only the one we make is ours.
  if (decoded.ok() && decoded->size() == 1 + size_ + kLinkMac && ToBase64Url(*decoded) == token) {
    const std::string_view body = std::string_view(*decoded).substr(0, 1 + size_);
    if (body[0] == kind_ && crypto::ConstantTimeEqual(LinkMac(key_, body), std::string_view(*decoded).substr(body.size())))
      return std::string(body.substr(1));
  }
  return TokenInvalid();
}

Error TokenInvalid() { return NotFound("TOKEN_INVALID", "This link is not one of ours: copy it whole from the message."); }

void AppendId(std::string& out, const Uuid& id) { out.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()); }

Uuid ReadId(std::string_view bytes) {
  Uuid id;
  std::copy_n(bytes.begin(), id.bytes.size(), reinterpret_cast<char*>(id.bytes.data()));
  return id;
}

}  // namespace vefa::contact
