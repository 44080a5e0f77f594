#include "services/contact/boundary/boundary.h"

#include <set>

#include "libs/zone/zone.h"

namespace vefa::contact {
namespace {

constexpr size_t kReasonMax = 500;   // characters
constexpr int kChannelsMax = 16;
constexpr int kWindowsMax = 50;
constexpr int kListMax = 50;         // Topics, users, regions, products, purposes.
constexpr int kMinutesOfDay = 1440;

// Whether each stands once in a list of so many.
template <typename List>
void CheckList(const List& list, const std::string& field, int least, int most, FieldRules& rules) {
  rules.That(list.size() >= least, field, "REQUIRED", "Give at least one.");
  rules.That(list.size() <= most, field, "TOO_MANY", "Give at most " + std::to_string(most) + ".");
  std::set<typename List::value_type> seen(list.begin(), list.end());
  rules.That(static_cast<int>(seen.size()) == list.size(), field, "REPEATED", "Give each once.");
}

void CheckCodes(const google::protobuf::RepeatedPtrField<std::string>& codes, const std::string& field, int least,
                const char* example, FieldRules& rules) {
  CheckList(codes, field, least, kListMax, rules);
  for (int i = 0; i < codes.size(); ++i) {
    std::string at = field + "[" + std::to_string(i) + "]";
    rules.That(!codes[i].empty(), at, "REQUIRED", "Give no empty one.");
    rules.Code(codes[i], at, example);
  }
}

void CheckChannels(const google::protobuf::RepeatedField<int>& channels, const std::string& field, int least,
                   FieldRules& rules) {
  CheckList(channels, field, least, kChannelsMax, rules);
  for (int channel : channels)
    rules.That(channel != 0 && v1::Channel_IsValid(channel), field, "CHANNEL_UNKNOWN", "Give channels of the contract.");
}

void CheckWindow(const v1::TimeWindowRule::Window& window, const std::string& field, FieldRules& rules) {
  CheckList(window.weekdays(), field + ".weekdays", 1, 7, rules);
  for (int day : window.weekdays())
    rules.That(day >= v1::WEEKDAY_MONDAY && day <= v1::WEEKDAY_SUNDAY, field + ".weekdays", "WEEKDAY_UNKNOWN",
               "Give days from Monday to Sunday.");
  rules.That(window.start_minute() >= 0 && window.start_minute() < kMinutesOfDay, field + ".start_minute",
             "MINUTE_OUT_OF_RANGE", "Give 0 to 1439 minutes after midnight.");
  rules.That(window.end_minute() >= 1 && window.end_minute() <= kMinutesOfDay, field + ".end_minute",
             "MINUTE_OUT_OF_RANGE", "Give 1 to 1440 minutes after midnight.");
  rules.That(window.start_minute() != window.end_minute(), field + ".end_minute", "WINDOW_EMPTY",
             "Give another end than the start; the whole day is 0 to 1440.");
}

void CheckTimes(const v1::TimeWindowRule& rule, const std::string& field, FieldRules& rules) {
  rules.That(zone::IsZone(rule.zone()), field + ".zone", "ZONE_UNKNOWN",
             "Give a time zone of the IANA, for example Europe/Istanbul.");
  rules.That(rule.windows_size() >= 1, field + ".windows", "REQUIRED", "Give at least one.");
  rules.That(rule.windows_size() <= kWindowsMax, field + ".windows", "TOO_MANY", "Give at most 50.");
  for (int i = 0; i < rule.windows_size() && i < kWindowsMax; ++i)
    CheckWindow(rule.windows(i), field + ".windows[" + std::to_string(i) + "]", rules);
  CheckChannels(rule.channels(), field + ".channels", 0, rules);
}

void CheckPeople(const v1::PersonRule& rule, const std::string& field, FieldRules& rules) {
  rules.That(rule.mode() == v1::PersonRule::MODE_ONLY || rule.mode() == v1::PersonRule::MODE_NOT, field + ".mode",
             "REQUIRED", "Say MODE_ONLY or MODE_NOT.");
  CheckList(rule.users(), field + ".users", 1, kListMax, rules);
  for (int i = 0; i < rule.users_size(); ++i)
    rules.That(ParseResourceName("users", rule.users(i)).ok(), field + ".users[" + std::to_string(i) + "]", "NAME_SYNTAX",
               "Give users/{uuid}.");
}

void CheckRule(const v1::BoundaryRule& rule, FieldRules& rules) {
  switch (rule.kind_case()) {
    case v1::BoundaryRule::kChannel:
      return CheckChannels(rule.channel().channels(), "rule.channel.channels", 1, rules);
    case v1::BoundaryRule::kTimeWindow:
      return CheckTimes(rule.time_window(), "rule.time_window", rules);
    case v1::BoundaryRule::kTopic:
      return CheckCodes(rule.topic().topics(), "rule.topic.topics", 1, "price-increase", rules);
    case v1::BoundaryRule::kPerson:
      return CheckPeople(rule.person(), "rule.person", rules);
    case v1::BoundaryRule::kExclusivity: {
      const v1::ExclusivityRule& exclusivity = rule.exclusivity();
      rules.That(exclusivity.holder().empty() || ParseParty(exclusivity.holder()).ok(), "rule.exclusivity.holder",
                 "NAME_SYNTAX", "Give contacts/{uuid} or organizations/{uuid}.");
      rules.That(exclusivity.regions_size() + exclusivity.products_size() > 0, "rule.exclusivity", "REQUIRED",
                 "Say which products or which regions.");
      CheckCodes(exclusivity.regions(), "rule.exclusivity.regions", 0, "tr-34", rules);
      return CheckCodes(exclusivity.products(), "rule.exclusivity.products", 0, "espresso-beans", rules);
    }
    case v1::BoundaryRule::kDataUse:
      return CheckCodes(rule.data_use().purposes(), "rule.data_use.purposes", 1, "win-back", rules);
    case v1::BoundaryRule::KIND_NOT_SET:
      return rules.That(false, "rule", "REQUIRED", "Say what the boundary forbids.");
  }
}

}  // namespace

void Normalise(Boundary& boundary, std::string_view prefix, std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  CheckRule(boundary.rule, rules);
  std::string reason = boundary.reason.Reveal();
  rules.Text(reason, "reason", kReasonMax, true);
  boundary.reason = std::move(reason);
  rules.That(!boundary.valid_to || boundary.valid_from < *boundary.valid_to, "valid_to", "TIME_ORDER",
             "Give an end that is after the beginning.");
}

}  // namespace vefa::contact
