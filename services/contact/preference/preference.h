#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "services/contact/contact.h"

// The rules of what people prefer: plain values, no I/O, no clock.
namespace vefa::contact {

// Something of the tenant's that people can have news about, or not.
struct PreferenceTopic {
  std::string code;
  std::string title_tr, title_en;  // At least one of them.
  bool default_subscribed = false;
  std::optional<Time> archive_time;
  Time create_time{};
};
using PreferenceTopics = std::map<std::string, PreferenceTopic, std::less<>>;

inline constexpr size_t kTopicsMax = 200;  // Of one tenant.

// A stretch of every day, in minutes after midnight; through midnight when it ends before it begins.
struct QuietHours {
  int32_t start_minute = 0;
  int32_t end_minute = 0;
  bool operator==(const QuietHours&) const = default;
};

// What one person prefers.
struct Preferences {
  std::map<std::string, bool, std::less<>> topics;  // What was said, by code.
  int32_t messages_per_day = 0;                     // 0: no limit, as below.
  int32_t messages_per_week = 0;
  std::optional<Time> pause_until;
  Channel preferred_channel = Channel::kNone;
  std::optional<QuietHours> quiet_hours;
  bool operator==(const Preferences&) const = default;
};

// Brings a topic to its stored form and adds every broken rule, its field under `preference_topic.`.
void Normalise(PreferenceTopic& topic, std::vector<Violation>& violations);
// Holds a change to the rules, fields under `preferences.`. What was said of a topic before it was archived may stay.
void CheckChange(const Preferences& before, const Preferences& after, const PreferenceTopics& topics, std::vector<Violation>& violations);

// A merge: what a part said binds its survivor as well, where it wants less. Of two limits the lower one holds, of two pauses the longer one, a topic
// that one of them does not want is not wanted; hours of one clock are no hours of another, so quiet ones hold where the survivor has none.
void Restrict(Preferences& survivor, const Preferences& part);

// The numbers of PreferenceDecision.Reason of the contract.
enum class PreferenceReason {
  kNone = 0, kAllowed = 1, kPaused = 2, kTopicOff = 3, kQuietHours = 4, kNoSuchTopic = 5, kContactErased = 6, kNoSuchContact = 7
};
struct PreferenceVerdict {
  PreferenceReason reason = PreferenceReason::kNone;
  std::optional<Time> next;  // When it would be allowed, where time alone changes it.
};

// What is known of one person.
struct PreferenceKnowledge {
  bool contact_exists = false;
  bool erased = false;
  std::string time_zone;  // Empty: nobody knows whose clock; UTC counts.
  Preferences preferences;
};
// Whether a message about a topic, or about none, suits a person at a moment.
PreferenceVerdict Judge(const PreferenceKnowledge& known, const PreferenceTopics& topics, const std::string& topic, Time moment);

}  // namespace vefa::contact
