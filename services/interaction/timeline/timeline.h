#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"

// What stands on a contact's timeline: plain values, no I/O, no clock.
namespace vefa::interaction {

// The values are those of v1::TimelineEntry::Kind and of the table.
enum class EntryKind : int16_t {
  kOrder = 1,
  kMessageAccepted = 2,
  kMessageRefused = 3,
  kMessageDelivered = 4,
  kMessageBounced = 5,
  kMessageUnknown = 6,
  kContactCreated = 7,
  kConsentGranted = 8,
  kConsentWithdrawn = 9,
  kUnsubscribed = 10,
  kMessageFailed = 11,
  kContactErased = 12,
  kContactMerged = 13,
  kContactUnmerged = 14,
};

// One line of a contact's timeline.
struct TimelineEntry {
  Uuid tenant;
  Uuid contact;
  Uuid id;
  EntryKind kind{};
  Time occur_time{};
  Time record_time{};
  std::string subject;
  std::map<std::string, std::string> facts;
};

// (tenant, contact) of a merged record, and the contact that it is a part of; nil of one that is of its own again.
using ContactParts = std::map<std::pair<Uuid, Uuid>, Uuid>;

// Of whom, by tenant and contact, nothing may be concluded.
using ContactLimits = std::map<std::pair<Uuid, Uuid>, bool>;

inline constexpr int kPartLevelsMax = 20;  // As contact bounds how deep merges go.

// What a batch of events changes.
struct TimelineChanges {
  std::vector<TimelineEntry> entries;
  ContactParts parts;
  ContactLimits limits;
};

// The id of what `source` says under `key`: sorted by id is sorted by business time, and the same
// fact meets the same id again. Times before 1970 sort as 1970.
Uuid TimelineId(const Uuid& tenant, std::string_view source, std::string_view key, Time occur_time);

}  // namespace vefa::interaction
