// Cursors as readers hand them in. Decoding one never crashes; only the very text that was made is
// taken, and only from the tenant it was made for.
#include <string>

#include "libs/base/check.h"
#include "services/gateway/feed/cursor.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

void CheckText(const gateway::CursorCodec& codec, const Uuid& tenant, std::string_view text) {
  auto place = codec.Decode(text, tenant);
  if (!place.ok()) {
    VEFA_CHECK(place.error().reason.starts_with("CURSOR_"));
    return;
  }
  VEFA_CHECK(codec.Encode(tenant, *place) == text);
}

void CheckPlace(const gateway::CursorCodec& codec, const Uuid& tenant, Bytes& bytes) {
  gateway::FeedPlace place;
  place.life = bytes.NextId();
  for (int i = 0; i < 8; ++i) place.seq = static_cast<int64_t>(static_cast<uint64_t>(place.seq) << 8 | bytes.Next());
  if (place.seq < 0) place.seq = -(place.seq + 1);
  std::string text = codec.Encode(tenant, place);
  auto back = codec.Decode(text, tenant);
  VEFA_CHECK(back.ok() && *back == place);
  Uuid other = tenant;
  other.bytes[bytes.Next() % 16] ^= 1;
  VEFA_CHECK(!codec.Decode(text, other).ok());
  VEFA_CHECK(!gateway::CursorCodec("another secret").Decode(text, tenant).ok());
  size_t at = bytes.Next() % text.size();
  std::string changed = text;
  changed[at] = static_cast<char>(bytes.Next());
  VEFA_CHECK(changed == text || !codec.Decode(changed, tenant).ok());
  VEFA_CHECK(!codec.Decode(text.substr(0, at), tenant).ok());
  VEFA_CHECK(!codec.Decode(text + changed[at], tenant).ok());
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const vefa::gateway::CursorCodec codec("a secret of the gateways, 32 bytes or more");
  vefa::fuzz::Bytes bytes(data, size);
  vefa::Uuid tenant = bytes.NextId();
  vefa::fuzz::CheckText(codec, tenant, bytes.rest());
  vefa::fuzz::CheckPlace(codec, tenant, bytes);
  return 0;
}
