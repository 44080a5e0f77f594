#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/crypto/crypto.h"

// The bytes of a proof of consent: what is hashed, how lines are chained, what is signed (ADR 0030). Whoever writes the chain
// and whoever checks it, years later and without a server, take them from here. Pure; numbers are big-endian, every
// text has its length before it, so no two things have the same bytes.
namespace vefa::proof {

// The format of everything below. Another one is another number and another function beside these.
inline constexpr uint8_t kFormat = 1;

// What stays of a line of a consent log for good. Nothing in it names a person to who has no other table.
struct Line {
  Uuid contact;
  int64_t line = 0;  // Its number in the log.
  std::string purpose;
  int32_t channel = 0;         // vefa.contact.v1.Channel
  int32_t state = 0;           // vefa.contact.v1.Consent.State
  int32_t recipient_type = 0;  // vefa.contact.v1.RecipientType
  std::string capture_source;
  int32_t text_version = 0;  // 0: not said.
  std::string text_hash;     // SHA-256 of the text agreed to, 32 bytes; empty when it is not known.
  std::string form_hash;     // As the caller gave it; empty or 32 bytes.
  std::string actor;         // Who recorded it, for example `users/{uuid}`.
  Time occur_time{};
  Time record_time{};
  std::string commitment;  // Of what is personal in it: 32 bytes, which say nothing without the opening.
};

// What is personal in a line. It is not hashed but committed to, so that the chain stays whole when it is destroyed.
struct Person {
  Personal<std::string> address;  // To which the channel led when the line was sealed.
  Personal<std::string> source;   // Where it was said, in somebody's words.
  Personal<std::string> ip;
  Personal<std::string> user_agent;
};

// HMAC-SHA-256 under 32 random bytes. Binding: no other opening can be found. Hiding: without the salt it says nothing.
std::string Commit(std::string_view salt, const Person& person);

crypto::Digest DigestOf(const Line& line);
// What the first line of a tenant follows.
crypto::Digest Genesis(const Uuid& tenant);
// The hash of line number `sequence` (from 1), whose own digest is `line`, after the line with the hash `before`.
crypto::Digest Link(const crypto::Digest& before, int64_t sequence, const crypto::Digest& line);

// The end of a day: the chain's last line of it.
struct Anchor {
  Uuid tenant;
  int32_t day = 0;  // Since 1970-01-01, in UTC.
  int64_t sequence = 0;
  crypto::Digest hash{};
  crypto::Digest previous{};  // DigestOf the anchor before; zeros for the first.
};
// The bytes that are signed.
std::string Statement(const Anchor& anchor);
crypto::Digest DigestOf(const Anchor& anchor);

// The end of a file: the chain as it was when it was written.
struct Closing {
  Uuid tenant;
  Time time{};
  int64_t sequence = 0;  // 0: nothing is sealed yet.
  crypto::Digest hash{};
  crypto::Digest previous{};  // DigestOf the last anchor; zeros without one.
};
std::string Statement(const Closing& closing);

// The name of a public key, by which files say which one signed: 16 hexadecimal digits of its SHA-256.
std::string KeyId(std::string_view public_key);

}  // namespace vefa::proof
