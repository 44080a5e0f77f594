#include "libs/base/id.h"

#include <sys/random.h>

#include <algorithm>
#include <mutex>

namespace vefa {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void PutMillis(Uuid& id, int64_t millis) {
  for (int i = 0; i < 6; ++i) id.bytes[static_cast<size_t>(i)] = static_cast<uint8_t>(millis >> (40 - 8 * i));
}

}  // namespace

void RandomBytes(uint8_t* data, size_t size) {
  while (size > 0) {
    ssize_t got = getrandom(data, std::min<size_t>(size, 256), 0);
    if (got < 0) continue;  // Interrupted by a signal; the call has no other failure for us.
    data += got;
    size -= static_cast<size_t>(got);
  }
}

std::string Uuid::ToString() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(36, '-');
  size_t at = 0;
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
    text[at++] = kHex[bytes[i] >> 4];
    text[at++] = kHex[bytes[i] & 15];
  }
  return text;
}

Result<Uuid> Uuid::Parse(std::string_view text) {
  Error bad = InvalidArgument("UUID_SYNTAX", "Give a UUID in its 36-character form.");
  if (text.size() != 36) return bad;
  Uuid id;
  size_t at = 0;
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      if (text[at++] != '-') return bad;
    }
    int high = HexValue(text[at]);
    int low = HexValue(text[at + 1]);
    if (high < 0 || low < 0) return bad;
    id.bytes[i] = static_cast<uint8_t>(high << 4 | low);
    at += 2;
  }
  return id;
}

Uuid NewUuidV7(const Clock& clock) {
  static std::mutex mutex;
  static int64_t last_millis = 0;
  static uint32_t counter = 0;
  Uuid id;
  RandomBytes(id.bytes.data(), id.bytes.size());
  int64_t millis = std::chrono::duration_cast<std::chrono::milliseconds>(clock.Now().time_since_epoch()).count();
  {
    std::lock_guard lock(mutex);
    // 12 bits of counter: when a millisecond's 4,096 are used up the next millisecond is borrowed.
    if (millis > last_millis) {
      last_millis = millis;
      counter = 0;
    } else if (++counter > 0xFFF) {
      ++last_millis;
      counter = 0;
    }
    PutMillis(id, last_millis);
    id.bytes[6] = static_cast<uint8_t>(0x70 | counter >> 8);
    id.bytes[7] = static_cast<uint8_t>(counter);
  }
  id.bytes[8] = static_cast<uint8_t>(0x80 | (id.bytes[8] & 0x3F));
  return id;
}

Uuid UuidV8At(Time at, const std::array<uint8_t, 10>& digest) {
  Uuid id;
  PutMillis(id, std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
  std::copy(digest.begin(), digest.end(), id.bytes.begin() + 6);
  id.bytes[6] = static_cast<uint8_t>(0x80 | (id.bytes[6] & 0x0F));
  id.bytes[8] = static_cast<uint8_t>(0x80 | (id.bytes[8] & 0x3F));
  return id;
}

std::string ResourceName(std::string_view collection, const Uuid& id) {
  return std::string(collection) + "/" + id.ToString();
}

Result<Uuid> ParseResourceName(std::string_view collection, std::string_view name) {
  if (name.size() == collection.size() + 37 && name.starts_with(collection) && name[collection.size()] == '/') {
    auto id = Uuid::Parse(name.substr(collection.size() + 1));
    if (id.ok()) return id;
  }
  return InvalidArgument("NAME_SYNTAX", "Give the name as " + std::string(collection) + "/{uuid}.");
}

bool IsSlug(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

Result<std::string> ParseSlugName(std::string_view collection, std::string_view name) {
  if (name.starts_with(collection) && name.size() > collection.size() && name[collection.size()] == '/') {
    std::string_view slug = name.substr(collection.size() + 1);
    if (IsSlug(slug)) return std::string(slug);
  }
  return InvalidArgument("NAME_SYNTAX", "Give the name as " + std::string(collection) +
                                            "/{id}, the id in 1-63 lower-case letters, digits and hyphens.");
}

}  // namespace vefa
