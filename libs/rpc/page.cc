#include "libs/rpc/page.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace vefa::rpc {
namespace {

constexpr int kDefaultSize = 50;
constexpr int kLargestSize = 1000;
constexpr size_t kTagBytes = 12;

std::string Tag(std::string_view secret, std::string_view scope, std::string_view body) {
  std::string data = "page\n" + std::string(scope) + "\n" + std::string(body);
  return std::string(crypto::Bytes(crypto::HmacSha256(secret, data)).substr(0, kTagBytes));
}

Error Invalid() {
  return InvalidArgument("PAGE_TOKEN_INVALID", "Use the next_page_token of the same list with the same filter and order.");
}

}  // namespace

Result<int> PageSize(int requested) {
  if (requested < 0) return InvalidArgument("PAGE_SIZE_NEGATIVE", "Give a page size of 0 to 1,000.");
  return requested == 0 ? kDefaultSize : std::min(requested, kLargestSize);
}

// Body: each key as a 4-byte length and its bytes.
Uuid AfterEveryId() {
  Uuid last;
  last.bytes.fill(0xFF);
  return last;
}

std::string MakePageToken(std::string_view secret, std::string_view scope, const std::vector<std::string>& keys) {
  std::string body;
  for (const std::string& key : keys) {
    for (int shift = 24; shift >= 0; shift -= 8) body += static_cast<char>(key.size() >> shift);
    body += key;
  }
  return ToBase64Url(Tag(secret, scope, body) + body);
}

Result<std::vector<std::string>> ReadPageToken(std::string_view secret, std::string_view scope, std::string_view token,
                                               size_t count) {
  std::vector<std::string> keys;
  if (token.empty()) return keys;
  auto bytes = FromBase64Url(token);
  if (!bytes.ok() || bytes->size() < kTagBytes) return Invalid();
  std::string_view body = std::string_view(*bytes).substr(kTagBytes);
  if (!crypto::ConstantTimeEqual(Tag(secret, scope, body), std::string_view(*bytes).substr(0, kTagBytes))) return Invalid();
  while (body.size() >= 4) {
    size_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<uint8_t>(body[static_cast<size_t>(i)]);
    if (body.size() < 4 + size) return Invalid();
    keys.emplace_back(body.substr(4, size));
    body.remove_prefix(4 + size);
  }
  if (keys.size() != count || !body.empty()) return Invalid();
  return keys;
}

}  // namespace vefa::rpc
