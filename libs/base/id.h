#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "libs/base/clock.h"
#include "libs/base/result.h"

namespace vefa {

// 128 bits in network order, as PostgreSQL's uuid.
struct Uuid {
  std::array<uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  bool is_nil() const { return bytes == std::array<uint8_t, 16>{}; }
  // 36 lower-case characters.
  std::string ToString() const;
  // Accepts the 36-character form in either case. INVALID_ARGUMENT `UUID_SYNTAX`.
  static Result<Uuid> Parse(std::string_view text);
};

// A UUIDv7 (RFC 9562): milliseconds, then a counter that makes the ids of one process sort in the
// order they were made, then random bits. Thread-safe.
Uuid NewUuidV7(const Clock& clock);

// A UUIDv8 whose first 48 bits are the milliseconds of `at` and whose other bits are `digest`'s
// first bytes: sorted by id is sorted by time, and the same source meets the same id again.
Uuid UuidV8At(Time at, const std::array<uint8_t, 10>& digest);

// Fills a buffer with random bytes from the operating system. Thread-safe.
void RandomBytes(uint8_t* data, size_t size);

// `collection/{uuid}` resource names.
std::string ResourceName(std::string_view collection, const Uuid& id);
// The uuid of `collection/{uuid}`. INVALID_ARGUMENT `NAME_SYNTAX`.
Result<Uuid> ParseResourceName(std::string_view collection, std::string_view name);
// The id of `collection/{id}` where id is 1-63 lower-case letters, digits and hyphens.
// INVALID_ARGUMENT `NAME_SYNTAX`.
Result<std::string> ParseSlugName(std::string_view collection, std::string_view name);
// Whether `text` is 1-63 lower-case letters, digits and hyphens.
bool IsSlug(std::string_view text);

}  // namespace vefa

template <>
struct std::hash<vefa::Uuid> {
  size_t operator()(const vefa::Uuid& id) const noexcept {
    uint64_t low = 0;
    for (int i = 8; i < 16; ++i) low = low << 8 | id.bytes[static_cast<size_t>(i)];
    return static_cast<size_t>(low * 0x9E3779B97F4A7C15ULL);
  }
};
