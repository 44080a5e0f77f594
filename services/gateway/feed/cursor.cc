#include "services/gateway/feed/cursor.h"

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace vefa::gateway {
namespace {

constexpr char kVersion = 1;
constexpr size_t kIdBytes = 16;
constexpr size_t kBodyBytes = 1 + kIdBytes + kIdBytes + 8;
// Half of SHA-256: as strong as the ids it stands beside.
constexpr size_t kTagBytes = 16;
constexpr size_t kTextBytes = (kBodyBytes + kTagBytes) / 3 * 4;
static_assert((kBodyBytes + kTagBytes) % 3 == 0);

void Append(std::string& out, const Uuid& id) {
  out.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

Uuid IdAt(std::string_view bytes, size_t at) {
  Uuid id;
  for (size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<uint8_t>(bytes[at + i]);
  return id;
}

Error Malformed() {
  return InvalidArgument("CURSOR_MALFORMED",
                         "This is not a cursor of the feed; send one exactly as it was received, or none.");
}

Error Forged() {
  return {Code::kPermissionDenied, "CURSOR_FORGED",
          "This cursor was not made for this tenant by this installation; begin without a cursor."};
}

}  // namespace

CursorCodec::CursorCodec(std::string_view secret)
    : key_(crypto::Bytes(crypto::HmacSha256(secret, "vefa feed cursor 1"))) {}

std::string CursorCodec::Tag(std::string_view body) const {
  return std::string(crypto::Bytes(crypto::HmacSha256(key_, body)).substr(0, kTagBytes));
}

std::string CursorCodec::Encode(const Uuid& tenant, const FeedPlace& place) const {
  std::string bytes(1, kVersion);
  Append(bytes, tenant);
  Append(bytes, place.life);
  auto seq = static_cast<uint64_t>(place.seq);
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(seq >> shift & 0xFF);
  return ToBase64Url(bytes + Tag(bytes));
}

Result<FeedPlace> CursorCodec::Decode(std::string_view text, const Uuid& tenant) const {
  if (text.size() != kTextBytes) return Malformed();
  auto bytes = FromBase64Url(text);
  if (!bytes.ok() || bytes->size() != kBodyBytes + kTagBytes || bytes->front() != kVersion) return Malformed();
  std::string_view body = std::string_view(*bytes).substr(0, kBodyBytes);
  if (!crypto::ConstantTimeEqual(std::string_view(*bytes).substr(kBodyBytes), Tag(body))) return Forged();
  if (IdAt(body, 1) != tenant) return Forged();
  FeedPlace place{IdAt(body, 1 + kIdBytes), 0};
  uint64_t seq = 0;
  for (size_t i = kBodyBytes - 8; i < kBodyBytes; ++i) seq = seq << 8 | static_cast<uint8_t>(body[i]);
  place.seq = static_cast<int64_t>(seq);
  if (place.seq < 0) return Malformed();
  return place;
}

Error CursorExpired(std::string earliest) {
  Error error{Code::kOutOfRange, "CURSOR_EXPIRED",
              "Events after this cursor are no longer kept. Go on from `earliest_cursor`, and read anew what may have "
              "been missed."};
  error.metadata["earliest_cursor"] = std::move(earliest);
  return error;
}

Error CursorUnknown(std::string resume) {
  Error error{Code::kOutOfRange, "CURSOR_UNKNOWN",
              "The feed does not know this place: it was restored to an earlier point, or the cursor is of another "
              "feed. Go on from `resume_cursor`; events may repeat under the ids they have, or be missing for ever."};
  error.metadata["resume_cursor"] = std::move(resume);
  return error;
}

}  // namespace vefa::gateway
