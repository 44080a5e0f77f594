#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"
#include "services/contact/attribute/attribute.h"
#include "services/contact/lifecycle/lifecycle.h"
#include "services/contact/point/point.h"

// The rules of contacts and consents: plain values, no I/O, no clock.
namespace vefa::contact {

// A person we have a relationship with.
struct Contact {
  Uuid id;
  std::string external_id;
  Personal<std::string> display_name;
  Personal<std::string> email;  // The primary one; empty when none is known.
  std::string language;  // `tr` or `en`
  std::string source;
  int64_t version = 0;
  Time create_time{};
  Time update_time{};
  std::optional<Time> erase_time;  // Set: the person was erased, and nothing personal is left.
  Personal<std::string> given_name;
  Personal<std::string> family_name;
  Personal<std::string> phone;  // The primary one, E.164; empty when none is known.
  std::string country;          // ISO 3166-1 alpha-2, or nothing.
  std::string time_zone;        // IANA, or nothing.
  std::vector<std::string> tags;
  Attributes attributes;
  LifecycleStage lifecycle_stage = LifecycleStage::kNone;
  Uuid owner;  // A user; nil when nobody answers for the relationship.
  Uuid merged_into;      // The contact it is a part of; nil of one that stands for itself.
  int32_t absorbed = 0;  // How many are a part of it.
  // Only where they were read: a contact that is read for its own sake comes without.
  ContactPoints points;
};

enum class Channel : int16_t { kNone = 0, kEmail = 1, kSms = 2, kPush = 3 };
// none > pending > granted > withdrawn or expired; none > refused. Only a granted one is a yes.
enum class ConsentState : int16_t { kNeverAsked = 0, kGranted = 1, kWithdrawn = 2, kRefused = 3, kExpired = 4, kPending = 5 };

// One line of a consent log, or the present state.
struct Consent {
  std::string purpose;
  Channel channel = Channel::kNone;
  ConsentState state = ConsentState::kNeverAsked;
  std::string source;
  Time occur_time{};
  Time record_time{};
  // What proves it, as far as it is known.
  int32_t text_version = 0;     // Of the purpose's text; 0: not said.
  std::string form_hash{};      // Empty or 32 bytes.
  int16_t recipient_type = 0;   // 1 a private person, 2 a merchant; 0: not said.
  std::string capture_source{};  // As IYS names it.
  std::string actor{};          // Who recorded it.
  Personal<std::string> ip{};
  Personal<std::string> user_agent{};
  int64_t line = 0;  // Its number in the log; 0: not known here.
  bool confirmation_wanted = false;  // Of a pending one: the person is to be asked, which the event says.
  Uuid point{};               // Said of this address alone; nil: of every one of the channel.
  bool unused_point = false;  // The channel uses another address than that.
};

// Brings a contact to its stored form (tidied, addresses in normal form, language `en` when none is said) and adds
// every broken rule, its field under `prefix`, to `violations`. Attributes are held to their definitions elsewhere.
void Normalise(Contact& contact, std::string_view prefix, std::vector<Violation>& violations);

// The same for a consent. `now` bounds its time: nobody agreed in the future.
void Normalise(Consent& consent, std::string_view prefix, Time now, std::vector<Violation>& violations);

// Whether a text may stand as the reason of an erasure or of a step: 1-63 upper-case letters, digits and underscores,
// a letter first.
bool IsReason(std::string_view text);

}  // namespace vefa::contact
