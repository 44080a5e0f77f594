#include "services/contact/contact.h"

#include <algorithm>

#include "libs/base/text.h"
#include "libs/text/name.h"
#include "libs/zone/zone.h"
#include "services/contact/consent/evidence.h"

namespace vefa::contact {
namespace {

constexpr size_t kExternalIdMax = 200;    // bytes
constexpr size_t kNameMax = 200;          // characters
constexpr size_t kSourceMax = 200;        // bytes
constexpr size_t kTagsMax = 50;
constexpr size_t kTagMax = 63;            // characters
constexpr std::chrono::minutes kClockSkew(5);
constexpr Time kFirstConsent{};  // 1970-01-01

std::string Trimmed(const std::string& text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// What an erased contact has in place of its external id; nobody else may have it.
bool IsErasedExternalId(std::string_view text) {
  return text.starts_with("erased-") && Uuid::Parse(text.substr(7)).ok();
}

// Collects the broken rules of the fields of one thing.
class Check {
 public:
  Check(std::string_view prefix, std::vector<Violation>& violations) : prefix_(prefix), violations_(violations) {}

  void That(bool holds, const char* field, const char* reason, const char* description) {
    if (!holds) violations_.push_back({prefix_ + field, reason, description});
  }
  void Text(const std::string& text, const char* field, size_t bytes_max) {
    That(IsUtf8(text), field, "NOT_UTF8", "Give text in UTF-8 without NUL.");
    That(std::none_of(text.begin(), text.end(), IsControl), field, "CONTROL_CHARACTER", "Leave out control characters.");
    That(text.size() <= bytes_max, field, "TOO_LONG", "Give a shorter text.");
  }
  // What people are called. Any script, one letter, no family name: names have no rules but that they can be shown.
  void Name(Personal<std::string>& name, const char* field) {
    if (!IsUtf8(name.Reveal())) return That(false, field, "NOT_UTF8", "Give text in UTF-8 without NUL.");
    // Before white space becomes one: a tab in a name is a column that slipped.
    bool controls = std::any_of(name.Reveal().begin(), name.Reveal().end(), IsControl);
    std::string tidy = text::Tidied(name.Reveal());
    That(!controls && !text::HidesSigns(tidy), field, "CONTROL_CHARACTER",
         "Leave out control characters and marks of direction.");
    That(Utf8Length(tidy) <= kNameMax, field, "TOO_LONG", "Give at most 200 characters.");
    // Nobody can be greeted with what nobody can see.
    name = text::CanBeSeen(tidy) ? std::move(tidy) : std::string();
  }

 private:
  const std::string prefix_;
  std::vector<Violation>& violations_;
};

// Signs with which lists of words are written.
bool SplitsWords(char c) { return c == ',' || c == '"' || c == '\\' || c == '{' || c == '}' || c == ';'; }

// In alphabetical order, each once.
void NormaliseTags(std::vector<std::string>& tags, Check& check) {
  for (std::string& tag : tags) {
    if (!IsUtf8(tag)) return check.That(false, "tags", "NOT_UTF8", "Give text in UTF-8 without NUL.");
    tag = text::Tidied(tag);
    check.That(text::CanBeSeen(tag) && Utf8Length(tag) <= kTagMax && !text::HidesSigns(tag) &&
                   std::none_of(tag.begin(), tag.end(), SplitsWords),
               "tags", "TAG_SYNTAX", "Give tags of 1-63 characters without commas, semicolons, quotes, braces and backslashes.");
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  check.That(tags.size() <= kTagsMax, "tags", "TOO_MANY", "Give at most 50 tags.");
}

}  // namespace

bool IsReason(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() >= 'A' && text.front() <= 'Z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

void Normalise(Contact& contact, std::string_view prefix, std::vector<Violation>& violations) {
  Check check(prefix, violations);
  contact.external_id = Trimmed(contact.external_id);
  contact.source = Trimmed(contact.source);
  check.Text(contact.external_id, "external_id", kExternalIdMax);
  check.That(!contact.external_id.empty(), "external_id", "REQUIRED", "Give the person's id in your system.");
  check.That(!IsErasedExternalId(contact.external_id), "external_id", "EXTERNAL_ID_RESERVED",
             "Give another id: this form stands for erased people.");
  check.Name(contact.display_name, "display_name");
  check.That(!contact.display_name.empty(), "display_name", "REQUIRED", "Give the name to greet the person with.");
  check.Name(contact.given_name, "given_name");
  check.Name(contact.family_name, "family_name");
  check.Text(contact.source, "source", kSourceMax);
  if (contact.language.empty()) contact.language = "en";
  check.That(contact.language == "en" || contact.language == "tr", "language", "LANGUAGE_UNKNOWN", "Give tr or en.");
  check.That(contact.country.empty() || text::IsCountry(contact.country), "country", "COUNTRY_UNKNOWN",
             "Give the country's two letters of ISO 3166, for example TR.");
  check.That(contact.time_zone.empty() || zone::IsZone(contact.time_zone), "time_zone", "TIME_ZONE_UNKNOWN",
             "Give an IANA time zone, for example Europe/Istanbul.");
  NormaliseTags(contact.tags, check);
  if (!contact.email.empty())
    NormaliseValue(PointKind::kEmail, contact.email, "", std::string(prefix) + "email", violations);
  if (!contact.phone.empty())
    NormaliseValue(PointKind::kPhone, contact.phone, contact.country, std::string(prefix) + "phone", violations);
}

void Normalise(Consent& consent, std::string_view prefix, Time now, std::vector<Violation>& violations) {
  Check check(prefix, violations);
  consent.source = Trimmed(consent.source);
  check.That(IsSlug(consent.purpose), "purpose", "PURPOSE_SYNTAX",
             "Give 1-63 lower-case letters, digits and hyphens, for example win-back.");
  check.That(consent.channel == Channel::kEmail || consent.channel == Channel::kSms || consent.channel == Channel::kPush,
             "channel", "REQUIRED", "Give CHANNEL_EMAIL, CHANNEL_SMS or CHANNEL_PUSH.");
  check.That(consent.state != ConsentState::kNeverAsked, "state", "REQUIRED",
             "Give STATE_GRANTED, STATE_WITHDRAWN, STATE_REFUSED, STATE_EXPIRED or STATE_PENDING.");
  check.Text(consent.source, "source", kSourceMax);
  check.That(!consent.source.empty(), "source", "REQUIRED", "Say where the person agreed or withdrew.");
  check.That(consent.occur_time != Time{}, "occur_time", "REQUIRED", "Say when the person agreed or withdrew.");
  check.That(consent.occur_time <= now + kClockSkew, "occur_time", "TIME_IN_FUTURE", "Give a time that has passed.");
  // The year 1 and the year 1900 are what programs say for no time; a word that is older than its channels proves nothing.
  check.That(consent.occur_time >= kFirstConsent, "occur_time", "TIME_TOO_OLD", "Give a time since 1970.");
  CheckEvidence(consent, prefix, violations);
}

}  // namespace vefa::contact
