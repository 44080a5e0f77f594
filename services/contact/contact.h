#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"

// The rules of contacts and consents: plain values, no I/O, no clock.
namespace vefa::contact {

// A person we have a relationship with.
struct Contact {
  Uuid id;
  std::string external_id;
  Personal<std::string> display_name;
  Personal<std::string> email;  // Empty when none is known.
  std::string language;  // `tr` or `en`
  std::string source;
  int64_t version = 0;
  Time create_time{};
  Time update_time{};
  std::optional<Time> erase_time;  // Set: the person was erased, and nothing personal is left.
};

enum class Channel : int16_t { kNone = 0, kEmail = 1, kSms = 2, kPush = 3 };
enum class ConsentState : int16_t { kNeverAsked = 0, kGranted = 1, kWithdrawn = 2 };

// One line of a consent log, or the present state.
struct Consent {
  std::string purpose;
  Channel channel = Channel::kNone;
  ConsentState state = ConsentState::kNeverAsked;
  std::string source;
  Time occur_time{};
  Time record_time{};
};

// Brings a contact to its stored form (trimmed, address lower-cased by ASCII rules, language `en`
// when none is said) and adds every broken rule, its field under `prefix`, to `violations`.
void Normalise(Contact& contact, std::string_view prefix, std::vector<Violation>& violations);

// The same for a consent. `now` bounds its time: nobody agreed in the future.
void Normalise(Consent& consent, std::string_view prefix, Time now, std::vector<Violation>& violations);

// Whether a text may stand as the reason of an erasure: 1-63 upper-case letters, digits and underscores,
// a letter first.
bool IsEraseReason(std::string_view text);

// Whether text has the shape local@domain of an address we can write to.
bool IsEmailAddress(std::string_view text);

}  // namespace vefa::contact
