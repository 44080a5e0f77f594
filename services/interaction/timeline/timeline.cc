#include "services/interaction/timeline/timeline.h"

#include <algorithm>

#include "libs/crypto/crypto.h"

namespace vefa::interaction {

Uuid TimelineId(const Uuid& tenant, std::string_view source, std::string_view key, Time occur_time) {
  std::string_view secret(reinterpret_cast<const char*>(tenant.bytes.data()), tenant.bytes.size());
  // NUL stands in neither part, so two pairs never run together into one text.
  std::string text(source);
  text += '\0';
  text += key;
  crypto::Digest digest = crypto::HmacSha256(secret, text);
  std::array<uint8_t, 10> head;
  std::copy_n(digest.begin(), head.size(), head.begin());
  return UuidV8At(std::max(occur_time, Time{}), head);
}

}  // namespace vefa::interaction
