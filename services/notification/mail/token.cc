#include "services/notification/mail/token.h"

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace vefa::notification {
namespace {

constexpr uint8_t kUnsubscribeKind = 0x11;  // Version 1, kind 1.
constexpr size_t kBodySize = 1 + 1 + 4 + 16 + 2;
constexpr size_t kMacSize = 16;

Error Invalid() { return NotFound("TOKEN_INVALID", "This link is not one of ours: copy it whole from the message."); }

void AppendBigEndian(std::string& out, uint32_t value, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

uint32_t ReadBigEndian(std::string_view octets) {
  uint32_t value = 0;
  for (char c : octets) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string Mac(std::string_view key, std::string_view body) {
  return std::string(crypto::Bytes(crypto::HmacSha256(key, body)).substr(0, kMacSize));
}

}  // namespace

std::string TokenKey::Unsubscribe(const UnsubscribeToken& token) const {
  std::string body;
  body += static_cast<char>(kUnsubscribeKind);
  body += static_cast<char>(key_id_);
  AppendBigEndian(body, token.tenant_ordinal, 4);
  body.append(reinterpret_cast<const char*>(token.message.bytes.data()), token.message.bytes.size());
  AppendBigEndian(body, token.purpose, 2);
  return ToBase64Url(body + Mac(key_, body));
}

Result<UnsubscribeToken> TokenKey::ReadUnsubscribe(std::string_view text) const {
  auto decoded = FromBase64Url(text);
  // Base64 has several spellings of one value when spare bits are set; only the one we make is ours.
  if (!decoded.ok() || decoded->size() != kBodySize + kMacSize || ToBase64Url(*decoded) != text) return Invalid();
  std::string_view body = std::string_view(*decoded).substr(0, kBodySize);
  bool ours = static_cast<uint8_t>(body[0]) == kUnsubscribeKind && static_cast<uint8_t>(body[1]) == key_id_;
  if (!ours || !crypto::ConstantTimeEqual(Mac(key_, body), std::string_view(*decoded).substr(kBodySize))) return Invalid();
  UnsubscribeToken token;
  token.tenant_ordinal = ReadBigEndian(body.substr(2, 4));
  std::copy_n(body.begin() + 6, 16, reinterpret_cast<char*>(token.message.bytes.data()));
  token.purpose = static_cast<uint16_t>(ReadBigEndian(body.substr(22, 2)));
  return token;
}

std::string TokenKey::AddressHash(const Uuid& tenant, std::string_view address) const {
  std::string data = "address";  // Keeps this use of the key apart from tokens.
  data.append(reinterpret_cast<const char*>(tenant.bytes.data()), tenant.bytes.size());
  for (char c : address) data += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return std::string(crypto::Bytes(crypto::HmacSha256(key_, data)));
}

}  // namespace vefa::notification
