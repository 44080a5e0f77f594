#include "services/contact/preference/preference.h"

#include "libs/base/text.h"
#include "libs/text/name.h"
#include "libs/zone/zone.h"

namespace vefa::contact {
namespace {

constexpr size_t kTopicTitleMax = 100;  // characters
constexpr int32_t kMessagesMax = 1000;
constexpr int32_t kMinutesOfDay = 24 * 60;

void NormaliseTitle(std::string& title, const char* field, std::vector<Violation>& violations) {
  if (!IsUtf8(title)) {
    violations.push_back({field, "NOT_UTF8", "Give text in UTF-8 without NUL."});
    return;
  }
  title = text::Tidied(title);
  if (Utf8Length(title) > kTopicTitleMax) violations.push_back({field, "TOO_LONG", "Give at most 100 characters."});
  if (text::HidesSigns(title))
    violations.push_back({field, "CONTROL_CHARACTER", "Leave out control characters and marks of direction."});
}

void CheckCap(int32_t cap, const char* field, std::vector<Violation>& violations) {
  if (cap < 0 || cap > kMessagesMax) violations.push_back({field, "OUT_OF_RANGE", "Give 1 to 1,000, or 0 for no limit."});
}

}  // namespace

void Normalise(PreferenceTopic& topic, std::vector<Violation>& violations) {
  if (!IsSlug(topic.code))
    violations.push_back({"preference_topic.code", "TOPIC_SYNTAX",
                          "Give 1-63 lower-case letters, digits and hyphens, for example price-drops."});
  NormaliseTitle(topic.title_tr, "preference_topic.titles.tr", violations);
  NormaliseTitle(topic.title_en, "preference_topic.titles.en", violations);
  if (topic.title_tr.empty() && topic.title_en.empty())
    violations.push_back({"preference_topic.titles", "REQUIRED", "Give a title in Turkish (tr), English (en) or both."});
}

void CheckChange(const Preferences& before, const Preferences& after, const PreferenceTopics& topics,
                 std::vector<Violation>& violations) {
  for (const auto& [code, subscribed] : after.topics) {
    auto said = before.topics.find(code);
    if (said != before.topics.end() && said->second == subscribed) continue;
    auto topic = topics.find(code);
    if (topic == topics.end() || topic->second.archive_time)
      violations.push_back({"preferences.topics." + code, "TOPIC_UNKNOWN", "Give topics that ListPreferenceTopics returns."});
  }
  CheckCap(after.messages_per_day, "preferences.messages_per_day", violations);
  CheckCap(after.messages_per_week, "preferences.messages_per_week", violations);
  if (!after.quiet_hours) return;
  auto minute = [](int32_t at) { return at >= 0 && at < kMinutesOfDay; };
  const QuietHours& quiet = *after.quiet_hours;
  if (!minute(quiet.start_minute) || !minute(quiet.end_minute) || quiet.start_minute == quiet.end_minute)
    violations.push_back({"preferences.quiet_hours", "OUT_OF_RANGE", "Give two different minutes of the day, 0 to 1439."});
}

PreferenceVerdict Judge(const PreferenceKnowledge& known, const PreferenceTopics& topics, const std::string& topic, Time moment) {
  using enum PreferenceReason;
  if (!known.contact_exists) return {kNoSuchContact, {}};
  if (known.erased) return {kContactErased, {}};
  const Preferences& wanted = known.preferences;
  if (!topic.empty()) {
    auto found = topics.find(topic);
    if (found == topics.end() || found->second.archive_time) return {kNoSuchTopic, {}};
    auto said = wanted.topics.find(topic);
    if (said == wanted.topics.end() ? !found->second.default_subscribed : !said->second) return {kTopicOff, {}};
  }
  const std::string zone = known.time_zone.empty() ? "UTC" : known.time_zone;
  auto quiet_until = [&](Time at) -> std::optional<Time> {
    if (!wanted.quiet_hours) return std::nullopt;
    return zone::EndOfStretch(zone, {wanted.quiet_hours->start_minute, wanted.quiet_hours->end_minute}, at);
  };
  // A pause that ends at night goes on until the morning.
  if (wanted.pause_until && moment < *wanted.pause_until)
    return {kPaused, quiet_until(*wanted.pause_until).value_or(*wanted.pause_until)};
  if (auto end = quiet_until(moment)) return {kQuietHours, end};
  return {kAllowed, {}};
}

void Restrict(Preferences& survivor, const Preferences& part) {
  auto lower = [](int32_t& own, int32_t other) {
    if (other > 0 && (own == 0 || other < own)) own = other;
  };
  for (const auto& [code, subscribed] : part.topics)
    if (!subscribed) survivor.topics[code] = false;
  lower(survivor.messages_per_day, part.messages_per_day);
  lower(survivor.messages_per_week, part.messages_per_week);
  if (part.pause_until && (!survivor.pause_until || *survivor.pause_until < *part.pause_until)) survivor.pause_until = part.pause_until;
  if (!survivor.quiet_hours) survivor.quiet_hours = part.quiet_hours;
}

}  // namespace vefa::contact
