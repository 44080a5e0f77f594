#include "services/contact/preference/preference_proto.h"

#include "libs/rpc/time.h"
#include "services/contact/titles.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

constexpr std::string_view kPreferencesEnd = "/preferences";

// What the resource and the event say alike.
template <typename Message>
void FillPreferences(const Preferences& preferences, Message& proto) {
  for (const auto& [code, subscribed] : preferences.topics) (*proto.mutable_topics())[code] = subscribed;
  proto.set_messages_per_day(preferences.messages_per_day);
  proto.set_messages_per_week(preferences.messages_per_week);
  if (preferences.pause_until) *proto.mutable_pause_until() = rpc::ToProto(*preferences.pause_until);
  proto.set_preferred_channel(static_cast<v1::Channel>(preferences.preferred_channel));
  if (!preferences.quiet_hours) return;
  proto.mutable_quiet_hours()->set_start_minute(preferences.quiet_hours->start_minute);
  proto.mutable_quiet_hours()->set_end_minute(preferences.quiet_hours->end_minute);
}

}  // namespace

v1::PreferenceTopic ToProto(const PreferenceTopic& topic) {
  v1::PreferenceTopic proto;
  proto.set_name("preferenceTopics/" + topic.code);
  proto.set_code(topic.code);
  PutTitles(topic.title_tr, topic.title_en, *proto.mutable_titles());
  proto.set_default_subscribed(topic.default_subscribed);
  if (topic.archive_time) *proto.mutable_archive_time() = rpc::ToProto(*topic.archive_time);
  *proto.mutable_create_time() = rpc::ToProto(topic.create_time);
  return proto;
}

PreferenceTopic FromProto(const v1::PreferenceTopic& proto, std::vector<Violation>& violations) {
  PreferenceTopic topic;
  topic.code = proto.code();
  ReadTitles(proto.titles(), "preference_topic.titles", topic.title_tr, topic.title_en, violations);
  topic.default_subscribed = proto.default_subscribed();
  return topic;
}

v1::Preferences ToProto(const StoredPreferences& stored) {
  v1::Preferences proto;
  proto.set_name(ResourceName("contacts", stored.contact) + std::string(kPreferencesEnd));
  FillPreferences(stored.preferences, proto);
  proto.set_language(stored.language);
  proto.set_time_zone(stored.time_zone);
  proto.set_etag("\"" + std::to_string(stored.version) + "\"");
  if (stored.update_time) *proto.mutable_update_time() = rpc::ToProto(*stored.update_time);
  return proto;
}

Preferences FromProto(const v1::Preferences& proto, std::vector<Violation>& violations) {
  Preferences preferences;
  for (const auto& [code, subscribed] : proto.topics()) preferences.topics[code] = subscribed;
  preferences.messages_per_day = proto.messages_per_day();
  preferences.messages_per_week = proto.messages_per_week();
  if (proto.has_pause_until()) preferences.pause_until = rpc::FromProto(proto.pause_until());
  if (!v1::Channel_IsValid(proto.preferred_channel()))
    violations.push_back({"preferences.preferred_channel", "CHANNEL_UNKNOWN", "Give a channel of the contract."});
  preferences.preferred_channel = static_cast<Channel>(proto.preferred_channel());
  if (proto.has_quiet_hours())
    preferences.quiet_hours = QuietHours{proto.quiet_hours().start_minute(), proto.quiet_hours().end_minute()};
  return preferences;
}

Result<Uuid> ParsePreferencesName(const std::string& name) {
  std::string_view contact = name;
  if (contact.ends_with(kPreferencesEnd)) {
    auto id = ParseResourceName("contacts", contact.substr(0, contact.size() - kPreferencesEnd.size()));
    if (id.ok()) return *id;
  }
  return InvalidArgument("NAME_SYNTAX", "Give a name of the form contacts/{uuid}/preferences.");
}

std::string PreferencesPayload(const Preferences& preferences) {
  v1::ContactEvent event;
  FillPreferences(preferences, *event.mutable_preferences_changed()->mutable_state());
  return event.SerializeAsString();
}

}  // namespace vefa::contact
